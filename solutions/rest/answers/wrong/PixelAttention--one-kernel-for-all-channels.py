# expect: Your convolution has one kernel for all channels
class PixelAttention(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 1, kernel_size=3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        z = self.conv(x.reshape(B * C, 1, H, W)).reshape(B, C, H, W)
        return x * torch.sigmoid(z)
