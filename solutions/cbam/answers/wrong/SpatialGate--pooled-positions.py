# expect: You pool over H and W
# pools H and W
import torch
from torch import nn


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 == 0:
            raise ValueError("even kernel")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def forward(self, x):
        mx = x.amax(dim=(2, 3), keepdim=True)
        avg = x.mean(dim=(2, 3), keepdim=True)
        y = torch.cat([mx, avg], dim=1)
        return torch.sigmoid(self.bn(self.conv(y)))
