# torch.max with its pair unpacked
import torch
from torch import nn


class SpatialGate(nn.Module):
    def __init__(self, kernel_size=7):
        super().__init__()
        if kernel_size % 2 != 1:
            raise ValueError(f"kernel size {kernel_size} is even")
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=(kernel_size - 1) // 2, bias=False)
        self.bn = nn.BatchNorm2d(1)
        self.act = nn.Sigmoid()

    def forward(self, x):
        max_map, _ = torch.max(x, dim=1, keepdim=True)
        avg_map = torch.mean(x, dim=1, keepdim=True)
        both = torch.cat((max_map, avg_map), 1)
        return self.act(self.bn(self.conv(both)))
