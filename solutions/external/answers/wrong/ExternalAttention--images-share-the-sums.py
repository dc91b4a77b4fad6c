# expect: All images of the batch are treated as one long list of tokens
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, C = x.shape
        tokens = x.reshape(1, B * N, C)
        weights = double_normalize(self.mk(tokens))
        return self.mv(weights).reshape(B, N, C)
