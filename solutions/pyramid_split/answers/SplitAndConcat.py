import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: index-loop
# a loop over indices, each scale unsqueezed


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


# %% right: view
# concatenated, then given the axis of the scales


class SplitAndConcat(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1):
        super().__init__()
        n = len(kernel_sizes)
        self.n, self.each = n, channels // n
        self.convs = nn.ModuleList([
            nn.Conv2d(in_channels, self.each, k, stride, k // 2, groups=g, bias=False) for (k, g) in zip(kernel_sizes, groups)
        ])

    def forward(self, x):
        y = torch.cat([conv(x) for conv in self.convs], dim=1)
        return y.view(x.size(0), self.n, self.each, y.size(2), y.size(3))


# %% wrong: bias-left, edits, expect: have a bias
# torch's default bias
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + c = channels // len(kernel_sizes)
# + self.convs = nn.ModuleList()
# + for k, g in zip(kernel_sizes, groups):
# +     self.convs.append(nn.Conv2d(in_channels, c, k, stride=stride, padding=k // 2, groups=g))
#
# - return torch.stack([conv(x) for conv in self.convs], dim=1)
# + return torch.stack([conv(x) for conv in self.convs], 1)


# %% wrong: cat, edits, expect: concatenated along the channels
# the name says concat
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + c = channels // len(kernel_sizes)
# + self.convs = nn.ModuleList()
# + for k, g in zip(kernel_sizes, groups):
# +     self.convs.append(nn.Conv2d(in_channels, c, k, stride=stride, padding=k // 2, groups=g, bias=False))
#
# - return torch.stack([conv(x) for conv in self.convs], dim=1)
# + outs = [conv(x) for conv in self.convs]
# + return torch.cat(outs, dim=1)


# %% wrong: chunks, edits, expect: sees a part of the input channels
# each convolution on its own chunk
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + s = len(kernel_sizes)
# + self.convs = nn.ModuleList()
# + for k, g in zip(kernel_sizes, groups):
# +     self.convs.append(nn.Conv2d(in_channels // s, channels // s, k, stride, k // 2, groups=g, bias=False))
#
# - return torch.stack([conv(x) for conv in self.convs], dim=1)
# + parts = torch.chunk(x, len(self.convs), dim=1)
# + return torch.stack([conv(p) for conv, p in zip(self.convs, parts)], dim=1)


# %% wrong: four, edits, expect: not always four
# always four scales
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + c = channels // 4
# + self.convs = nn.ModuleList()
# + for i in range(4):
# +     k = kernel_sizes[i]
# +     self.convs.append(nn.Conv2d(in_channels, c, k, stride=stride, padding=k // 2, groups=groups[i], bias=False))


# %% wrong: kernels-written-down, edits, expect: `convs.1.weight` has shape (8, 6, 5, 5), expected (8, 6, 3, 3)
# 3, 5, 7, 9 whatever is asked
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + each = channels // len(kernel_sizes)
# + self.convs = nn.ModuleList()
# + for k, g in zip((3, 5, 7, 9), groups):
# +     conv = nn.Conv2d(in_channels, each, k, stride, k // 2, groups=g, bias=False)
# +     self.convs.append(conv)


# %% wrong: list, edits, expect: plain Python list
# a plain list
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + c = channels // len(kernel_sizes)
# + self.convs = [nn.Conv2d(in_channels, c, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups)]


# %% wrong: no-groups, edits, expect: `groups` has no effect
# forgot the groups
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + c = channels // len(kernel_sizes)
# + self.convs = nn.ModuleList([nn.Conv2d(in_channels, c, k, stride, k // 2, bias=False) for k in kernel_sizes])


# %% wrong: padding-1, edits, expect: padding is 1 whatever the kernel is
# padding=1 from the 3 x 3 habit
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + c = channels // len(kernel_sizes)
# + self.convs = nn.ModuleList()
# + for k, g in zip(kernel_sizes, groups):
# +     self.convs.append(nn.Conv2d(in_channels, c, k, stride, padding=1, groups=g, bias=False))


# %% wrong: reshaped, edits, expect: Your reshape deals the channels out to the scales, one to each in turn
# the axes of the view in the wrong order
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + self.s = len(kernel_sizes)
# + self.convs = nn.ModuleList()
# + for k, g in zip(kernel_sizes, groups):
# +     self.convs.append(nn.Conv2d(in_channels, channels // self.s, k, stride, k // 2, groups=g, bias=False))
#
# - return torch.stack([conv(x) for conv in self.convs], dim=1)
# + y = torch.cat([conv(x) for conv in self.convs], dim=1)
# + b, c, h, w = y.shape
# + return y.reshape(b, c // self.s, self.s, h, w).permute(0, 2, 1, 3, 4)


# %% wrong: stack-default, edits, expect: The axis of the scales comes before the batch
# torch.stack without dim
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + c = channels // len(kernel_sizes)
# + self.convs = nn.ModuleList()
# + for k, g in zip(kernel_sizes, groups):
# +     self.convs.append(nn.Conv2d(in_channels, c, k, stride=stride, padding=k // 2, groups=g, bias=False))
#
# - return torch.stack([conv(x) for conv in self.convs], dim=1)
# + return torch.stack([conv(x) for conv in self.convs])


# %% wrong: stride-lost, edits, expect: `stride` has no effect
# stride never used
# - width = channels_per_scale(channels, kernel_sizes, groups)
# - self.convs = nn.ModuleList((nn.Conv2d(in_channels, width, k, stride=stride, padding=k // 2, groups=g, bias=False) for k, g in zip(kernel_sizes, groups, strict=True)))
# + self.convs = nn.ModuleList()
# + for k, g in zip(kernel_sizes, groups):
# +     conv = nn.Conv2d(in_channels, channels // len(kernel_sizes), k, padding=k // 2, groups=g, bias=False)
# +     self.convs.append(conv)
#
# - return torch.stack([conv(x) for conv in self.convs], dim=1)
# + y = [c(x) for c in self.convs]
# + return torch.stack(y, dim=1)
