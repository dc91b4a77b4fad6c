# special: the convolutions of k3 and k4 as unfold and einsum with the layers' own weights
import torch.nn.functional as F


def patches_conv(x, conv):
    b, c, h, w = x.shape
    s = conv.stride[0]
    cols = F.unfold(x, 3, padding=1, stride=s).reshape(b, c * 9, -1)
    y = torch.einsum("oi,bin->bon", conv.weight.flatten(1), cols)
    return y.reshape(b, -1, (h - 1) // s + 1, (w - 1) // s + 1)


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels))

    def forward(self, x):
        gate = (x + F.interpolate(self.k2(x), x.shape[2:])).sigmoid()
        y = self.k3[1](patches_conv(x, self.k3[0])) * gate
        return self.k4[1](patches_conv(y, self.k4[0]))
