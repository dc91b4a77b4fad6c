# cat and view of the weights as in the authors' file, concatenated in order
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // len(kernel_sizes), reduction)
        self.s, self.c = len(kernel_sizes), channels // len(kernel_sizes)

    def forward(self, x):
        feats = self.split(x)
        x_se = torch.cat([self.se(f) for f in torch.unbind(feats, 1)], dim=1)
        attention = torch.softmax(x_se.view(-1, self.s, self.c, 1, 1), 1)
        weighted = feats * attention
        return torch.cat([weighted[:, i] for i in range(self.s)], dim=1)
