import math


class AttnConv(nn.Module):
    def __init__(self, dim, heads, head_dim, kernel_size):
        super().__init__()
        inner = 3 * heads * head_dim
        self.scale = 1 / math.sqrt(head_dim)
        self.qkv = nn.Conv2d(dim, inner, 1)
        self.mixer = nn.Conv2d(inner, inner, kernel_size, stride=1, padding=kernel_size // 2, groups=inner)
        self.attn_map = AttnMap(heads * head_dim)
        self.tanh = nn.Tanh()

    def forward(self, x):
        b, _, h, w = x.shape
        q, k, v = self.mixer(self.qkv(x)).view(b, 3, -1, h, w).unbind(dim=1)
        return self.tanh(self.attn_map(q * k) * self.scale) * v
