# expect: missing: `k2.2.weight`
import torch.nn.functional as F


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv())
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)
