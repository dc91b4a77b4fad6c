# a loop over indices, each scale unsqueezed
import torch
from torch import nn


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        self.S = len(kernel_sizes)
        layers = []
        for i in range(self.S):
            k = kernel_sizes[i]
            layers.append(nn.Conv2d(in_channels, channels // self.S, kernel_size=k, stride=stride, padding=int((k - 1) / 2),
                                    groups=groups[i], bias=False))
        self.convs = nn.ModuleList(layers)

    def forward(self, x):
        result = []
        for conv in self.convs:
            y = conv(x)
            result.append(y[:, None])
        return torch.cat(result, 1)
