# expect: The argument `memory_size` has no effect
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, 64, bias=False)
        self.mv = nn.Linear(64, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mv(double_normalize(self.mk(x)))
