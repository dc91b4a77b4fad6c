# F.linear on the line with the channels last
import torch
import torch.nn.functional as F
from torch import nn


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        y = x.permute(0, 2, 3, 1)
        line = torch.cat([y.mean(2), y.mean(1)], dim=1)               # (B, H + W, C)
        f = F.linear(line, self.conv1.weight.flatten(1), self.conv1.bias)
        f = F.hardswish(self.bn1(f.permute(0, 2, 1)[..., None].contiguous()))[..., 0].permute(0, 2, 1)
        a_h = F.linear(f[:, :h], self.conv_h.weight.flatten(1), self.conv_h.bias).sigmoid()
        a_w = F.linear(f[:, h:], self.conv_w.weight.flatten(1), self.conv_w.bias).sigmoid()
        return (y * a_h[:, :, None] * a_w[:, None]).permute(0, 3, 1, 2)
