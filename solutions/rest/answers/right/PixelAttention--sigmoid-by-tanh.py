# the sigmoid is written with tanh, which is safe for large numbers
class PixelAttention(nn.Module):
    """x * sigmoid(conv(x))"""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, (3, 3), padding="same", groups=channels)

    def gate(self, z):
        return 0.5 * (1 + torch.tanh(z / 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.gate(self.conv(x)) * x
