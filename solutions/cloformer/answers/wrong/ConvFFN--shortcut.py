# expect: There is a shortcut around dwconv
class ConvFFN(nn.Module):
    def __init__(
        self, in_channels: int, hidden_channels: int, kernel_size: int, stride: int,
        out_channels: int
    ) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
        self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride,
                                padding=kernel_size // 2, groups=hidden_channels)
        self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.gelu(self.fc1(x))
        y = self.dwconv(x)
        x = x + y if y.shape == x.shape else y
        return self.fc2(x)
