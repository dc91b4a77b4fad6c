class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size, mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        self.norm1, self.norm2 = [nn.GroupNorm(num_groups=1, num_channels=dim) for _ in range(2)]
        self.attn = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size=window_size)
        self.mlp = ConvFFN(in_channels=dim, hidden_channels=int(mlp_ratio * dim), kernel_size=mlp_kernel_size, stride=stride,
                           out_channels=out_dim)
        self.downsample = nn.Sequential()
        if stride == 2:
            self.downsample.append(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2))
            self.downsample.append(nn.BatchNorm2d(dim))
            self.downsample.append(nn.Conv2d(dim, out_dim, 1))

    def forward(self, x):
        after = x + self.attn(self.norm1(x))
        return self.downsample(after) + self.mlp(self.norm2(after))
