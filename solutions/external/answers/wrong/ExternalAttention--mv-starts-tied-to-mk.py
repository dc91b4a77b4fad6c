# expect: Right on other inputs
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)
        self.mv.weight.data = self.mk.weight.data.t()  # as in the authors' code

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mv(double_normalize(self.mk(x)))
