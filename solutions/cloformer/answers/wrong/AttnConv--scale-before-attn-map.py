# expect: scale q * k in front of attn_map
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.scale = head_dim ** -0.5
        c = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * c, 1)
        self.mixer = nn.Conv2d(3 * c, 3 * c, kernel_size, padding=kernel_size // 2, groups=3 * c)
        self.attn_map = AttnMap(c)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = torch.chunk(self.mixer(self.qkv(x)), 3, dim=1)
        attn = self.attn_map((q * self.scale) * k)
        return attn.tanh() * v
