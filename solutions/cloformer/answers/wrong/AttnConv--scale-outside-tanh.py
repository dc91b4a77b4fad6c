# expect: You scale the tanh
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        attn = self.attn_map(q * k)
        attn = torch.tanh(attn) * self.scale
        return attn * v
