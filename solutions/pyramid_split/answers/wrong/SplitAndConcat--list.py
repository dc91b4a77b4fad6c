# expect: plain Python list
# a plain list
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        c = channels // len(kernel_sizes)
        self.convs = [nn.Conv2d(in_channels, c, k, stride=stride, padding=k // 2, groups=g, bias=False)
                      for k, g in zip(kernel_sizes, groups)]

    def forward(self, x):
        return torch.stack([conv(x) for conv in self.convs], dim=1)
