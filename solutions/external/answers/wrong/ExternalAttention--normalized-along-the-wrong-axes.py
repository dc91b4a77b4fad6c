# expect: The two axes have changed places
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        attn = self.mk(x).transpose(1, 2)  # (B, S, N)
        attn = double_normalize(attn).transpose(1, 2)
        return self.mv(attn)
