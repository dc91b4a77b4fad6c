# expect: The parameters are not the ones that the exercise asks for
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads, self.head_dim = num_heads * expansion, dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.ModuleList(nn.Linear(self.head_dim, memory_size) for _ in range(self.heads))
        self.mv = nn.ModuleList(nn.Linear(memory_size, self.head_dim) for _ in range(self.heads))
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = self.expand(x).split(self.head_dim, dim=2)
        out = [mv(double_normalize(mk(p))) for p, mk, mv in zip(parts, self.mk, self.mv)]
        return self.proj(torch.cat(out, dim=2))
