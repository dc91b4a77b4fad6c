# expect: `proj` receives the right numbers in another order
class MultiHeadExternalAttention(nn.Module):
    def __init__(self, dim: int, num_heads: int = 8, expansion: int = 4, memory_size: int = 64) -> None:
        super().__init__()
        self.num_heads, self.expansion = num_heads, expansion
        self.heads = num_heads * expansion
        self.head_dim = dim // num_heads
        self.expand = nn.Linear(dim, dim * expansion)
        self.mk = nn.Linear(self.head_dim, memory_size)
        self.mv = nn.Linear(memory_size, self.head_dim)
        self.proj = nn.Linear(dim * expansion, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, _ = x.shape
        h = self.expand(x).unflatten(2, (self.heads, self.head_dim)).transpose(1, 2).flatten(0, 1)
        out = self.mv(double_normalize(self.mk(h)))
        out = out.reshape(B, self.expansion, self.num_heads, N, self.head_dim)
        out = out.permute(0, 3, 2, 1, 4).reshape(B, N, -1)
        return self.proj(out)
