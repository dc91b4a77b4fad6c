class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x):
        gate = nn.functional.sigmoid(self.conv(x))
        return torch.mul(x, gate)
