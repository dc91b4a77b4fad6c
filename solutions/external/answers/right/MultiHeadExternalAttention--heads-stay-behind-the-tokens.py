# heads stay on axis 2, the softmax runs over axis 1 of four
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
        h = self.expand(x).unflatten(-1, (self.heads, self.head_dim))
        shares = torch.softmax(torch.einsum("bnhd,sd->bnhs", h, self.mk.weight) + self.mk.bias, dim=1)
        weights = shares / (shares.sum(dim=3, keepdim=True) + 1e-9)
        out = torch.einsum("bnhs,ds->bnhd", weights, self.mv.weight) + self.mv.bias
        return self.proj(out.flatten(2))
