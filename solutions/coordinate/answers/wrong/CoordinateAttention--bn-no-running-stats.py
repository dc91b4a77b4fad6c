# expect: bn1 keeps no running mean and variance
import torch
import torch.nn.functional as F
from torch import nn


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m, track_running_stats=False)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w
