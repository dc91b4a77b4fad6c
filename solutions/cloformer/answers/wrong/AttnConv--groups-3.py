# expect: three groups
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.head_dim = head_dim
        self.qkv = nn.Conv2d(dim, 3 * heads * head_dim, 1)
        self.mixer = nn.Conv2d(3 * heads * head_dim, 3 * heads * head_dim, kernel_size, padding=kernel_size // 2, groups=3)
        self.attn_map = AttnMap(heads * head_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
        return torch.tanh(self.attn_map(q * k) * self.head_dim ** -0.5) * v
