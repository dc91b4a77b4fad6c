# BatchNorm computed by hand with bn1's weights and statistics
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
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        f = self.norm(self.conv1(torch.cat([z_h, z_w.transpose(2, 3)], dim=2)))
        f = F.hardswish(f)
        a_h = self.conv_h(f[:, :, :H]).sigmoid()
        a_w = self.conv_w(f[:, :, H:]).sigmoid().transpose(2, 3)
        return x * a_h * a_w

    def norm(self, f):
        bn = self.bn1
        if bn.training:
            var, mean = torch.var_mean(f, dim=(0, 2, 3), correction=0)
            n = f.numel() // f.shape[1]
            with torch.no_grad():
                bn.running_mean.lerp_(mean, bn.momentum)
                bn.running_var.lerp_(var * n / (n - 1), bn.momentum)
                bn.num_batches_tracked += 1
        else:
            mean, var = bn.running_mean, bn.running_var
        f = (f - mean[:, None, None]) / torch.sqrt(var + bn.eps)[:, None, None]
        return f * bn.weight[:, None, None] + bn.bias[:, None, None]
