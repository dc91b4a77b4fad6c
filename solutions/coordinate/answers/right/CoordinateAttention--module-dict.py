# other names: an nn.ModuleDict of the layers
import torch
import torch.nn.functional as F
from torch import nn


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = in_channels // reduction
        if m < 8:
            m = 8
        self.layers = nn.ModuleDict({
            "down": nn.Conv2d(in_channels, m, 1),
            "norm": nn.BatchNorm2d(m),
            "rows": nn.Conv2d(m, out_channels, 1),
            "columns": nn.Conv2d(m, out_channels, 1),
        })

    def forward(self, x):
        h, w = x.shape[2:]
        rows, columns = directional_pool(x)
        y = torch.cat([rows, columns.reshape(*columns.shape[:2], w, 1)], 2)
        y = F.hardswish(self.layers["norm"](self.layers["down"](y)))
        gates = {"rows": y.narrow(2, 0, h), "columns": y.narrow(2, h, w).transpose(2, 3)}
        for name, part in gates.items():
            x = x * torch.sigmoid(self.layers[name](part))
        return x
