# expect: images are mixed up
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        c = 3 * heads * head_dim
        self.scale = head_dim ** -0.5
        self.qkv = nn.Conv2d(dim, c, 1)
        self.mixer = nn.Conv2d(c, c, kernel_size, padding=kernel_size // 2, groups=c)
        self.attn_map = AttnMap(heads * head_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, _, h, w = x.shape
        q, k, v = self.mixer(self.qkv(x)).reshape(3, b, -1, h, w)
        return torch.tanh(self.attn_map(q * k) * self.scale) * v
