# the weight as a parameter, F.conv1d
import torch
import torch.nn.functional as F
from torch import nn


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        self.k = kernel_size if kernel_size is not None else eca_kernel_size(channels)
        self.weight = nn.Parameter(torch.empty(1, 1, self.k).uniform_(-0.5, 0.5))

    def forward(self, x):
        if self.k % 2 == 0:
            raise ValueError("even kernel", self.k)
        s = torch.mean(x, dim=[-2, -1]).unsqueeze(1)
        g = F.conv1d(s, self.weight, padding=self.k // 2).sigmoid()
        return g.transpose(1, 2).unsqueeze(-1) * x
