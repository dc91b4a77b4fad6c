# padding='same', and tanh as 2 * sigmoid(2 z) - 1
class AttnConv(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, kernel_size: int) -> None:
        super().__init__()
        width = heads * head_dim
        self.head_dim = head_dim
        self.qkv = nn.Conv2d(dim, 3 * width, 1)
        self.mixer = nn.Conv2d(3 * width, 3 * width, kernel_size, padding="same", groups=3 * width)
        self.attn_map = AttnMap(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q, k, v = self.mixer(self.qkv(x)).tensor_split(3, dim=1)
        z = self.attn_map(k * q) / self.head_dim ** 0.5
        weights = 2 * torch.sigmoid(2 * z) - 1
        return v * weights
