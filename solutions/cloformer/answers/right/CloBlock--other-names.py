# ln1, token_mixer, ln2, ffn, shortcut instead of the page's names, in the same order
class CloBlock(nn.Module):
    def __init__(self, dim, out_dim, num_heads, group_split, kernel_sizes, window_size,
                 mlp_kernel_size, mlp_ratio, stride):
        super().__init__()
        self.ln1 = nn.GroupNorm(1, dim)
        self.token_mixer = CloAttention(dim, num_heads, group_split, kernel_sizes, window_size)
        self.ln2 = nn.GroupNorm(1, dim)
        self.ffn = ConvFFN(dim, int(dim * mlp_ratio), mlp_kernel_size, stride, out_dim)
        self.shortcut = nn.Identity()
        if stride == 2:
            self.shortcut = nn.Sequential(
                nn.Conv2d(dim, dim, mlp_kernel_size, stride=2, padding=mlp_kernel_size // 2),
                nn.BatchNorm2d(dim), nn.Conv2d(dim, out_dim, 1))

    def forward(self, x):
        x = x + self.token_mixer(self.ln1(x))
        return self.shortcut(x) + self.ffn(self.ln2(x))
