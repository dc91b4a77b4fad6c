# einsum with the convolutions' weights, gates joined by einsum
import torch
import torch.nn.functional as F
from torch import nn


def one_by_one(conv, line):
    return torch.einsum("oc,bcl->bol", conv.weight[:, :, 0, 0], line) + conv.bias[:, None]


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
        H = x.shape[2]
        line = torch.cat([x.mean(3), x.mean(2)], dim=2)
        f = F.hardswish(self.bn1(one_by_one(self.conv1, line).unsqueeze(3)).squeeze(3))
        a_h = one_by_one(self.conv_h, f[..., :H]).sigmoid()
        a_w = one_by_one(self.conv_w, f[..., H:]).sigmoid()
        return torch.einsum("bchw,bch,bcw->bchw", x, a_h, a_w)
