# special: both 1 x 1 weights are joined, x is read once, and the result is cut into halves with chunk
import torch.nn.functional as F


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
        self.act = nn.ReLU()

    def forward(self, x):
        narrow = F.conv2d(x, torch.cat([self.conv1_a.weight, self.conv1_b.weight]))
        a, b = narrow.chunk(2, dim=1)
        a, b = self.act(self.bn1_a(a)), self.act(self.bn1_b(b))
        both = torch.cat([self.k1(a), self.scconv(b)], dim=1)
        y = self.bn3(self.conv3(self.act(both)))  # one ReLU for both halves
        return self.act(y.add(x) if self.downsample is None else y.add(self.downsample(x)))
