# the depth-wise convolution is a sum over shifted, zero-padded maps, with mixer's weights
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        self.k = kernel_size
        self.width = heads * head_dim
        self.scale = head_dim ** -0.5
        self.qkv = nn.Conv2d(dim, 3 * self.width, 1)
        self.mixer = nn.Conv2d(3 * self.width, 3 * self.width, kernel_size, padding=kernel_size // 2,
                               groups=3 * self.width)
        self.attn_map = AttnMap(self.width)

    def depthwise(self, t):
        H, W = t.shape[2:]
        p = self.k // 2
        padded = F.pad(t, (p, p, p, p))
        total = self.mixer.bias.view(1, -1, 1, 1)
        for i in range(self.k):
            for j in range(self.k):
                w = self.mixer.weight[:, 0, i, j].view(1, -1, 1, 1)
                total = total + w * padded[:, :, i:i + H, j:j + W]
        return total

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        t = self.depthwise(self.qkv(x))
        q, k, v = t[:, :self.width], t[:, self.width:2 * self.width], t[:, 2 * self.width:]
        return torch.tanh(self.attn_map(q * k) * self.scale) * v
