# expect: Your attn_map has head_dim channels and serves each head by itself
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.scale = head_dim ** -0.5
        width = heads * head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding=kernel_size // 2, groups=3 * width)
        self.attn_map = AttnMap(head_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        qkv = self.mixer(self.qkv(x))
        q, k, v = qkv.chunk(3, dim=1)
        B, C, H, W = q.shape
        attn = (q * k).reshape(B * self.heads, self.head_dim, H, W)
        attn = self.attn_map(attn).reshape(B, C, H, W)
        attn = torch.tanh(attn * self.scale)
        return attn * v
