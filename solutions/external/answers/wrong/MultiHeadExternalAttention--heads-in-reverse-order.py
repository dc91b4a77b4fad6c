# expect: The heads are joined in reverse order
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        parts = [self.mv(double_normalize(self.mk(p))) for p in self.expand(x).split(self.head_dim, dim=2)]
        out = parts.pop()
        while parts:
            out = torch.cat([out, parts.pop()], dim=2)
        return self.proj(out)
