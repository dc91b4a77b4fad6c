# expect: Right on other inputs
class PixelAttention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding=1, groups=channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        gate = torch.sigmoid(self.conv(x)).reshape(B * C, H * W)
        return (x.view(B * C, H * W) * gate).view(B, C, H, W)
