# layers in one Sequential called net
class ConvFFN(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
        super().__init__()
        c = hidden_channels
        self.net = nn.Sequential(
            nn.Conv2d(in_channels, c, 1),
            nn.GELU(),
            nn.Conv2d(c, c, kernel_size, stride=stride, padding=kernel_size // 2, groups=c),
            nn.Conv2d(c, out_channels, 1),
        )

    def forward(self, x):
        return self.net(x)
