# special: a helper class that inherits from nn.Sequential; the sigmoid through tanh
import torch.nn.functional as F


class ConvNorm(nn.Sequential):
    def __init__(self, c, stride=1, pool=None):
        layers = [] if pool is None else [nn.AvgPool2d(pool)]
        super().__init__(*layers, nn.Conv2d(c, c, 3, stride, 1, bias=False), nn.BatchNorm2d(c))


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = ConvNorm(channels, pool=pooling)
        self.k3 = ConvNorm(channels)
        self.k4 = ConvNorm(channels, stride)

    def forward(self, x):
        total = x + F.interpolate(self.k2(x), x.shape[2:])
        gate = 0.5 * (1 + torch.tanh(total / 2))
        return self.k4(self.k3(x) * gate)
