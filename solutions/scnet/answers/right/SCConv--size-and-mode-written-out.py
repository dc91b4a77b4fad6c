# special: the interpolation's mode and size are written out, torch.mul and torch.add, old-style super
import torch.nn.functional as F


class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, stride=1, padding=1, bias=False),
                    nn.BatchNorm2d(channels),
                    )
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=1, padding=1, bias=False),
                    nn.BatchNorm2d(channels),
                    )
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels),
                    )

    def forward(self, x):
        b, c, h, w = x.size()
        low = F.interpolate(self.k2(x), size=(h, w), mode="nearest")
        out = torch.mul(self.k3(x), torch.add(x, low).sigmoid())
        return self.k4(out)
