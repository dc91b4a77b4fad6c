# special: downsample None becomes nn.Identity(); both halves in one loop
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        self.conv1_a, self.conv1_b = (nn.Conv2d(in_channels, w, 1, bias=False) for _ in "ab")
        self.bn1_a, self.bn1_b = nn.BatchNorm2d(w), nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(w + w, self.expansion * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * planes)
        self.downsample = nn.Identity() if downsample is None else downsample

    def forward(self, x):
        halves = []
        for conv, bn, core in ((self.conv1_a, self.bn1_a, self.k1), (self.conv1_b, self.bn1_b, self.scconv)):
            halves.append(core(bn(conv(x)).relu()).relu())
        return (self.bn3(self.conv3(torch.cat(halves, 1))) + self.downsample(x)).relu()
