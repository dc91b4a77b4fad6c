# expect: a sigmoid
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        c = heads * head_dim
        self.scale = head_dim ** -0.5
        self.qkv = nn.Conv2d(dim, 3 * c, 1)
        self.mixer = nn.Conv2d(3 * c, 3 * c, kernel_size, padding=kernel_size // 2, groups=3 * c)
        self.attn_map = AttnMap(c)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.mixer(self.qkv(x)).chunk(3, dim=1)
        return torch.sigmoid(self.attn_map(q * k) * self.scale) * v
