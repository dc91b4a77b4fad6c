# expect: window_size does not reach attn
class CloBlock(nn.Module):
    def __init__(
        self, dim: int, out_dim: int, num_heads: int, group_split: list[int],
        kernel_sizes: list[int], window_size: int, mlp_kernel_size: int, mlp_ratio: float,
        stride: int
    ) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes)
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
        x = x + self.attn(self.norm1(x))
        return self.downsample(x) + self.mlp(self.norm2(x))
