"""Coordinate Attention (Hou, Zhou and Feng, "Coordinate Attention for Efficient Mobile Network Design", CVPR 2021).

A map is pooled along its rows and along its columns, so that each mean remembers one coordinate; one gate for each row
and one for each column come of them. The exercises follow the authors' code (houqb/CoordAttention): biases in all
convolutions, hard-swish, at least eight hidden channels.
What differs: there the number of output channels is an argument that must equal the input's as well.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def directional_pool(x: Tensor) -> tuple[Tensor, Tensor]:
    """The mean of each row and of each column: `(B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)`."""
    return x.mean(dim=3, keepdim=True), x.mean(dim=2, keepdim=True)


class CoordinateAttention(nn.Module):
    """A gate for each row times a gate for each column: `(B, C, H, W) -> (B, C, H, W)`.

    out_channels: must equal in_channels, because the gates multiply x.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        hidden = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, hidden, 1)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv_h = nn.Conv2d(hidden, out_channels, 1)
        self.conv_w = nn.Conv2d(hidden, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = directional_pool(x)
        line = torch.cat([rows, columns.transpose(2, 3)], dim=2)
        line = F.hardswish(self.bn1(self.conv1(line)))
        rows, columns = line.split([x.shape[2], x.shape[3]], dim=2)
        a_h = torch.sigmoid(self.conv_h(rows))
        a_w = torch.sigmoid(self.conv_w(columns.transpose(2, 3)))
        return x * a_h * a_w
