# expect: through the sigmoid twice
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
        height, width = x.size(2), x.size(3)
        rows = x.mean(3)                       # (B, C, H)
        cols = x.mean(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = F.hardswish(hidden)
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = self.conv_h(row_part).sigmoid()
        col_gate = self.conv_w(col_part).sigmoid()
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * torch.sigmoid(row_gate) * torch.sigmoid(col_gate)
