# every scale by its index, softmax as a module
import torch
from torch import nn


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.scales = len(kernel_sizes)
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // self.scales, reduction)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        feats = self.split(x)
        att = []
        for i in range(self.scales):
            att.append(self.se(feats[:, i, :, :, :]))
        att = self.softmax(torch.stack(att, dim=1))
        out = feats * att
        b, s, c, h, w = out.shape
        return out.reshape(b, s * c, h, w)
