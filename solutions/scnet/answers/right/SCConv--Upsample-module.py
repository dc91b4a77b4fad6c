# special: nn.Upsample, made anew in forward, instead of F.interpolate; "same" padding where there is no stride
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding="same", bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding="same", bias=False), nn.BatchNorm2d(channels)
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = nn.Upsample(size=tuple(x.shape[-2:]), mode="nearest")
        return self.k4(self.k3(x) * nn.Sigmoid()(x + up(self.k2(x))))
