# expect: `proj` is made and never called
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
        heads = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2)
        weights = double_normalize(self.mk(heads.flatten(0, 1)))
        out = self.mv(weights).unflatten(0, heads.shape[:2]).transpose(1, 2).flatten(2)
        return out.unflatten(2, (-1, x.shape[2])).mean(dim=2)
