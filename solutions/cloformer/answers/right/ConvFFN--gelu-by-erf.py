# the GELU is written out with erf
class ConvFFN(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
        super().__init__()
        self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
        self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size=kernel_size, stride=stride,
                                padding=kernel_size // 2, groups=hidden_channels)
        self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)

    def forward(self, x):
        h = self.fc1(x)
        h = 0.5 * h * (1 + torch.erf(h / 2 ** 0.5))
        return self.fc2(self.dwconv(h))
