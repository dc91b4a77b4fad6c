# a list of layers for downsample, both sums in several lines
class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size,
                 mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        hidden = int(dim * mlp_ratio)
        self.norm1 = nn.GroupNorm(num_groups=1, num_channels=dim)
        self.norm2 = nn.GroupNorm(num_groups=1, num_channels=dim)
        self.attn = CloAttention(dim=dim, num_heads=num_heads, group_split=group_split,
                                 kernel_sizes=kernel_sizes, window_size=window_size)
        self.mlp = ConvFFN(in_channels=dim, hidden_channels=hidden, kernel_size=mlp_kernel_size,
                           stride=stride, out_channels=out_dim)
        if stride == 1:
            self.downsample = nn.Identity()
        else:
            layers = []
            layers.append(nn.Conv2d(dim, dim, mlp_kernel_size, 2, mlp_kernel_size // 2))
            layers.append(nn.BatchNorm2d(dim))
            layers.append(nn.Conv2d(dim, out_dim, 1))
            self.downsample = nn.Sequential(*layers)

    def forward(self, x):
        shortcut = x
        y = self.norm1(x)
        y = self.attn(y)
        x = shortcut + y
        shortcut = self.downsample(x)
        y = self.norm2(x)
        y = self.mlp(y)
        return shortcut + y
