# expect: from dim to memory_size
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(memory_size, dim, bias=False)
        self.mv = nn.Linear(dim, memory_size, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mv(double_normalize(self.mk(x)))
