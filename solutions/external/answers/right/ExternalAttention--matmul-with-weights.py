# layers only hold the weights, @ does the products
class ExternalAttention(nn.Module):
    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk = nn.Linear(dim, memory_size, bias=False)
        self.mv = nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        alpha = x @ self.mk.weight.t()
        alpha = double_normalize(alpha)
        return alpha @ self.mv.weight.t()
