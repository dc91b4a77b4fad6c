# expect: You need not give it
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride, 2)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)
