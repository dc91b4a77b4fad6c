# expect: mk and mv have a bias
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size)
        self.mv = nn.Linear(memory_size, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mv(double_normalize(self.mk(x)))
