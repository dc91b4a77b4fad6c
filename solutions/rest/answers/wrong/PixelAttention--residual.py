# expect: You add x once more
class PixelAttention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x):
        g = torch.sigmoid(self.conv(x))
        return x + x * g
