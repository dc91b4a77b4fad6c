class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, kernel_size=3, padding='same', groups=channels)

    def forward(self, x):
        return x * torch.sigmoid(self.conv(x))
