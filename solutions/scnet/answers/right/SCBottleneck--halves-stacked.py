# special: halves are stacked on a new axis and flattened instead of torch.cat; the ReLU is torch.where
def positive(t):
    return torch.where(t > 0, t, torch.zeros_like(t))


class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        a = positive(self.k1(positive(self.bn1_a(self.conv1_a(x)))))
        b = positive(self.scconv(positive(self.bn1_b(self.conv1_b(x)))))
        both = torch.stack((a, b), dim=1).flatten(1, 2)
        y = self.bn3(self.conv3(both))
        return positive(y + (self.downsample(x) if self.downsample else x))
