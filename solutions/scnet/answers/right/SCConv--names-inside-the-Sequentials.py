# special: named otherwise inside: Sequentials of an OrderedDict (k2.pool, k2.conv, k2.norm)
import torch.nn.functional as F


from collections import OrderedDict


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def block(step, *before):
            return nn.Sequential(OrderedDict([
                *before,
                ("conv", nn.Conv2d(channels, channels, 3, step, 1, bias=False)),
                ("norm", nn.BatchNorm2d(channels)),
            ]))

        self.k2 = block(1, ("pool", nn.AvgPool2d(pooling)))
        self.k3 = block(1)
        self.k4 = block(stride)

    def forward(self, x):
        around = F.interpolate(self.k2(x), x.shape[2:])
        return self.k4(self.k3(x) * torch.sigmoid(x + around))
