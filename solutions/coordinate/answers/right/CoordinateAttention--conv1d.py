# other layers: Conv1d and BatchNorm1d under the page's names
import torch
import torch.nn.functional as F
from torch import nn


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv1d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm1d(m)
        self.conv_h = nn.Conv1d(m, out_channels, 1)
        self.conv_w = nn.Conv1d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        line = torch.cat([x.mean(3), x.mean(2)], dim=2)
        rows, columns = F.hardswish(self.bn1(self.conv1(line))).split([H, W], dim=2)
        a_h = self.conv_h(rows).sigmoid().unsqueeze(3)
        a_w = self.conv_w(columns).sigmoid().unsqueeze(2)
        return x * a_h * a_w
