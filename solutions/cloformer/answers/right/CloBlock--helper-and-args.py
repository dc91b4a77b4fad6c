# downsample built by a helper function, torch.add, positional arguments
def make_downsample(dim, out_dim, k):
    return nn.Sequential(nn.Conv2d(dim, dim, k, 2, k // 2), nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))


class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size,
                 mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        attn_args = (num_heads, group_split, kernel_sizes, window_size)
        self.norm1 = nn.GroupNorm(1, dim)
        self.attn = CloAttention(dim, *attn_args)
        self.norm2 = nn.GroupNorm(1, dim)
        self.mlp = ConvFFN(dim, int(mlp_ratio * dim), mlp_kernel_size, stride, out_dim)
        self.downsample = make_downsample(dim, out_dim, mlp_kernel_size) if stride > 1 else nn.Identity()

    def forward(self, x):
        x = torch.add(x, self.attn(self.norm1(x)))
        return torch.add(self.downsample(x), self.mlp(self.norm2(x)))
