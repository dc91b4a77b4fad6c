# expect: take the sigmoid and enlarge it last
import torch.nn.functional as F


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        small = self.k2[0](x)
        gate = torch.sigmoid(small + self.k2(x))
        gate = F.interpolate(gate, x.shape[2:])
        return self.k4(self.k3(x) * gate)
