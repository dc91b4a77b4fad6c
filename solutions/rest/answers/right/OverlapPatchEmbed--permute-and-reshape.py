# channels to the end with permute, then reshape; class chosen by the flag
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=patch_size + 1,
                              stride=patch_size, padding=patch_size // 2, bias=True)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = (PixelAttention if with_position else nn.Identity)(out_channels)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.conv(x)
        x = self.bn(x)
        x = self.position(x)
        B, C, H, W = x.shape
        tokens = x.permute(0, 2, 3, 1).reshape(B, H * W, C)
        return tokens, (H, W)
