# GroupNorm's work is done with means and deviations, with the layers' weights
class CloBlock(nn.Module):
    def __init__(
        self, dim: int, out_dim: int, num_heads: int, group_split: list[int],
        kernel_sizes: list[int], window_size: int, mlp_kernel_size: int, mlp_ratio: float,
        stride: int
    ) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(1, dim), nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        self.downsample = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(dim, dim, mlp_kernel_size, stride=stride, padding=mlp_kernel_size // 2),
            nn.BatchNorm2d(dim),
            nn.Conv2d(dim, out_dim, kernel_size=1),
        )

    @staticmethod
    def _normed(layer, x):
        mean = x.mean(dim=(1, 2, 3), keepdim=True)
        var = (x - mean).pow(2).mean(dim=(1, 2, 3), keepdim=True)
        z = (x - mean) / torch.sqrt(var + layer.eps)
        return z * layer.weight[None, :, None, None] + layer.bias[None, :, None, None]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attn(self._normed(self.norm1, x))
        return self.mlp(self._normed(self.norm2, x)) + self.downsample(x)
