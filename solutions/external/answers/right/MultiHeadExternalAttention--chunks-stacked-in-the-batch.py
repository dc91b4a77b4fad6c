# chunk, cat along the batch (heads before images), chunk back
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
        B = x.size(0)
        pieces = self.expand(x).chunk(self.heads, dim=-1)
        stacked = torch.cat(pieces, dim=0)
        stacked = self.mv(double_normalize(self.mk(stacked)))
        return self.proj(torch.cat(stacked.split(B, dim=0), dim=-1))
