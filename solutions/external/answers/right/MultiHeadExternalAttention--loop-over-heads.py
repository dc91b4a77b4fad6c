# a loop over the heads, joined with cat
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
        y = self.expand(x)
        results = []
        for i in range(self.heads):
            head = y[:, :, i * self.head_dim:(i + 1) * self.head_dim]
            results.append(self.mv(double_normalize(self.mk(head))))
        return self.proj(torch.cat(results, dim=2))
