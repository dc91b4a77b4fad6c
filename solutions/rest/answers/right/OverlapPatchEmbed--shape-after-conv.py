class OverlapPatchEmbed(nn.Module):
    def __init__(self, in_channels, out_channels, patch_size=2, with_position=True):
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x):
        x = self.position(self.bn(self.conv(x)))
        _, _, H, W = x.shape
        return x.flatten(2).transpose(1, 2), (H, W)
