# expect: You repeat each cell `pooling` times and fill the rest at the border with the last one
import torch.nn.functional as F


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        p = self.k2[0].kernel_size
        up = self.k2(x).repeat_interleave(p, 2).repeat_interleave(p, 3)
        # the rest at the right and at the bottom
        up = F.pad(up, (0, x.shape[3] - up.shape[3], 0, x.shape[2] - up.shape[2]), mode="replicate")
        gate = torch.sigmoid(x + up)
        return self.k4(self.k3(x) * gate)
