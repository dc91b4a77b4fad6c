# special: the sigmoid is a softmax of (0, sum), with exp and the maximum subtracted
import torch.nn.functional as F


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        kw = dict(kernel_size=3, padding=1, bias=False)
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, **kw), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(nn.Conv2d(channels, channels, **kw), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(nn.Conv2d(channels, channels, stride=stride, **kw), nn.BatchNorm2d(channels))

    def forward(self, x):
        s = x + F.interpolate(self.k2(x), size=x.shape[2:])
        top = s.detach().clamp(min=0)
        closed, opened = torch.exp(-top), torch.exp(s - top)
        gate = opened / (opened + closed)
        return self.k4(self.k3(x) * gate)
