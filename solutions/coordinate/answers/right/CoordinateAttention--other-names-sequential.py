# other names: squeeze, row_gate, column_gate as nn.Sequential
import torch
import torch.nn.functional as F
from torch import nn


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        hidden = max(in_channels // reduction, 8)
        self.squeeze = nn.Sequential(nn.Conv2d(in_channels, hidden, 1), nn.BatchNorm2d(hidden), nn.Hardswish())
        self.row_gate = nn.Sequential(nn.Conv2d(hidden, out_channels, 1), nn.Sigmoid())
        self.column_gate = nn.Sequential(nn.Conv2d(hidden, out_channels, 1), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, columns = directional_pool(x)
        line = self.squeeze(torch.cat([rows, columns.mT], dim=2))
        rows, columns = line.tensor_split([x.shape[2]], dim=2)
        return x * self.row_gate(rows) * self.column_gate(columns.mT)
