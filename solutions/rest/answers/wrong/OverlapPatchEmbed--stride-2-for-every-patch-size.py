# expect: whatever the patch size is
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1,
                              stride=2, padding=patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.position(self.bn(self.conv(x)))
        H, W = x.shape[2:]
        return x.flatten(2).transpose(1, 2), (H, W)
