# H' and W' come from the formula of the convolution, not from a shape
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.p = patch_size
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        if with_position:
            self.position = PixelAttention(out_channels)
        else:
            self.position = nn.Identity()

    def out(self, n):
        return (n + 2 * (self.p // 2) - (self.p + 1)) // self.p + 1

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        H, W = self.out(x.shape[2]), self.out(x.shape[3])
        y = self.position(self.bn(self.conv(x)))
        return torch.einsum("bcn->bnc", y.flatten(2)), (H, W)
