# special: nothing is joined: conv3's weight is cut into the columns for a and for b, and the results are added
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

    def forward(self, x):
        a = F.relu(self.k1(F.relu(self.bn1_a(self.conv1_a(x)))))
        b = F.relu(self.scconv(F.relu(self.bn1_b(self.conv1_b(x)))))
        for_a, for_b = self.conv3.weight.split(a.shape[1], dim=1)
        y = self.bn3(F.conv2d(a, for_a) + F.conv2d(b, for_b))
        shortcut = self.downsample(x) if self.downsample is not None else x
        return F.relu(y + shortcut)
