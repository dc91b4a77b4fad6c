# expect: neighbouring channels
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
        h = self.expand(x).unflatten(2, (self.head_dim, self.heads)).permute(0, 3, 1, 2)
        w = double_normalize(self.mk(h.flatten(0, 1)))
        out = self.mv(w).unflatten(0, h.shape[:2]).permute(0, 2, 3, 1).flatten(2)
        return self.proj(out)
