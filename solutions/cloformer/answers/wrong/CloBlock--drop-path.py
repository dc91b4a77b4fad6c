# expect: There is no dropout here
class CloBlock(nn.Module):
    def __init__(
        self, dim: int, out_dim: int, num_heads: int, group_split: list[int],
        kernel_sizes: list[int], window_size: int, mlp_kernel_size: int, mlp_ratio: float,
        stride: int
    ) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.norm2 = nn.GroupNorm(1, dim)
        self.mlp = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        if stride == 2:
            self.downsample = nn.Sequential(
                nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2),
                nn.BatchNorm2d(dim),
                nn.Conv2d(dim, out_dim, 1),
            )
        else:
            self.downsample = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.attn(self.norm1(x))
        if self.training:
            keep = (torch.rand(x.shape[0], 1, 1, 1, device=x.device) > 0.1).to(x.dtype)
            y = y * keep / 0.9
        x = x + y
        return self.downsample(x) + self.mlp(self.norm2(x))
