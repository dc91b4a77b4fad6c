# reshape to (B, 3, heads, head_dim, H, W), unbind, flatten again
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.heads, self.head_dim = heads, head_dim
        channels = 3 * heads * head_dim
        self.qkv = nn.Conv2d(dim, channels, 1)
        self.mixer = nn.Conv2d(channels, channels, kernel_size, padding=kernel_size // 2, groups=channels)
        self.attn_map = AttnMap(heads * head_dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, _, H, W = x.shape
        mixed = self.mixer(self.qkv(x)).reshape(B, 3, self.heads, self.head_dim, H, W)
        q, k, v = mixed.unbind(dim=1)
        context = self.attn_map((q * k).flatten(1, 2)).reshape_as(v)
        return (torch.tanh(context * self.head_dim ** -0.5) * v).flatten(1, 2)
