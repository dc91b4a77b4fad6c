import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: loop
# every scale by its index, softmax as a module


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


# %% right: published-style
# cat and view of the weights as in the authors' file, concatenated in order


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


# %% wrong: axis-left, edits, expect: still an axis of their own
# forgot to merge the axes
# - scales = self.split(x)
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + f = self.split(x)
# + a = torch.stack([self.se(f[:, i]) for i in range(f.size(1))], dim=1)
# + return f * torch.softmax(a, dim=1)


# %% wrong: default-groups, edits, expect: wrong with the default groups
# another default
# - def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
# + def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 1, 1, 1), stride=1, reduction=16):
#
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: dim-2, edits, expect: over the channels of a scale
# softmax over the wrong axis
# - scales = self.split(x)
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + y = self.split(x)
# + w = torch.stack([self.se(s) for s in y.unbind(1)], 1)
# + return (y * w.softmax(dim=2)).flatten(1, 2)


# %% wrong: flat-softmax, expect: all channels of all scales
# softmax before the view


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.s = len(kernel_sizes)
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // self.s, reduction)

    def forward(self, x):
        y = self.split(x)
        w = torch.cat([self.se(y[:, i]) for i in range(self.s)], dim=1)
        w = torch.softmax(w, dim=1)
        return torch.cat([y[:, i] for i in range(self.s)], dim=1) * w


# %% wrong: groups-dropped, edits, expect: 3 kernel sizes and 4 numbers of groups
# groups is not handed on
# - self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
# + self.split = SplitAndConcat(in_channels, channels, kernel_sizes, stride=stride)
#
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: kernels-dropped, edits, expect: 4 kernel sizes and 3 numbers of groups
# kernel_sizes is not handed on
# - self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
# + self.split = SplitAndConcat(in_channels, channels, groups=groups, stride=stride)
#
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: no-softmax, edits, expect: softmax over the scales is missing
# the sigmoid is gate enough
# - scales = self.split(x)
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + out = []
# + for scale in self.split(x).unbind(1):
# +     out.append(scale * self.se(scale))
# + return torch.cat(out, 1)


# %% wrong: over-the-batch, edits, expect: goes through the images of the batch
# goes through the images, not the scales
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + weights = torch.stack([self.se(s) for s in scales], dim=1)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: reversed-cat, expect: reverse order
# the loop of the authors' file


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.s = len(kernel_sizes)
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels // self.s, reduction)

    def forward(self, x):
        y = self.split(x)
        w = torch.stack([self.se(y[:, i]) for i in range(self.s)], dim=1).softmax(1)
        y = y * w
        for i in range(self.s):
            if i == 0:
                out = y[:, i]
            else:
                out = torch.cat((y[:, i], out), 1)
        return out


# %% wrong: se-channels, expect: made for all channels at once
# SEWeight(channels) on the concatenated scales


class PyramidSplitAttention(nn.Module):
    def __init__(self, in_channels, channels, kernel_sizes=(3, 5, 7, 9), groups=(1, 4, 8, 16), stride=1, reduction=16):
        super().__init__()
        self.s = len(kernel_sizes)
        self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
        self.se = SEWeight(channels, reduction)

    def forward(self, x):
        f = self.split(x)
        b, s, c, h, w = f.shape
        a = self.se(f.view(b, s * c, h, w)).view(b, s, c, 1, 1)
        return (f * a.softmax(1)).view(b, s * c, h, w)


# %% wrong: se-in-channels, edits, expect: made for in_channels
# SEWeight for in_channels
# - self.se = SEWeight(channels // len(kernel_sizes), reduction)
# + self.se = SEWeight(in_channels, reduction)
#
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + weights = torch.stack([self.se(s) for s in scales.unbind(1)], dim=1)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: se-of-list, edits, expect: `se` receives all scales at once, as a tensor of five axes
# hands the whole five-axis tensor to se
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + weights = torch.softmax(self.se(scales), dim=1)
# + return (scales * weights).flatten(1, 2)


# %% wrong: se-too-wide, edits, expect: made for all `channels`
# SEWeight for all channels, asked about one scale
# - self.se = SEWeight(channels // len(kernel_sizes), reduction)
# + self.se = SEWeight(channels, reduction)
#
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + weights = torch.stack([self.se(s) for s in scales.unbind(1)], dim=1)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: several-se, edits, expect: SEWeight of its own
# one SEWeight per scale, as in the paper's figure
# - super().__init__()
# + super().__init__()
# + n = len(kernel_sizes)
#
# - self.se = SEWeight(channels // len(kernel_sizes), reduction)
# + self.se = nn.ModuleList([SEWeight(channels // n, reduction) for _ in range(n)])
#
# - scales = self.split(x)
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + y = self.split(x)
# + w = torch.stack([self.se[i](y[:, i]) for i in range(y.shape[1])], dim=1)
# + return (y * torch.softmax(w, 1)).flatten(1, 2)


# %% wrong: softmax-twice, edits, expect: You take the softmax twice
# once in each place
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + return (scales * weights.softmax(dim=1).softmax(dim=1)).flatten(1, 2)


# %% wrong: stack-2-view, edits, expect: Your weights have the right shape, but their numbers are in the wrong places: `view` and `reshape` do not swap axes, so channels and scales are mixed up
# stacked on axis 2, then viewed
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=2)
# + weights = weights.view(scales.shape[0], scales.shape[1], -1, 1, 1)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: stride-not-passed, edits, expect: `stride` does not reach
# stride forgotten in the call
# - self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups, stride)
# + self.split = SplitAndConcat(in_channels, channels, kernel_sizes, groups)
#
# - scales = self.split(x)
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + f = self.split(x)
# + a = torch.stack([self.se(f[:, i]) for i in range(f.size(1))], dim=1)
# + return (f * torch.softmax(a, dim=1)).flatten(1, 2)


# %% wrong: summed, edits, expect: add the weighted scales up
# sum over the scales
# - scales = self.split(x)
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + f = self.split(x)
# + a = torch.softmax(torch.stack([self.se(f[:, i]) for i in range(f.size(1))], 1), dim=1)
# + return torch.sum(f * a, dim=1)


# %% wrong: tolist, edits, expect: You make a new tensor from se's output
# through plain numbers
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + weights = torch.tensor(weights.tolist())
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: weights-cat, edits, expect: S * C' channels on one axis
# cat in the place of stack
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + weights = torch.cat([self.se(s) for s in scales.unbind(1)], dim=1)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)


# %% wrong: weights-reversed, edits, expect: in reverse order: the first scale gets
# the weights back to front
# - weights = torch.stack([self.se(scale) for scale in scales.unbind(dim=1)], dim=1)
# - shares = torch.softmax(weights, dim=1)
# - return (scales * shares).flatten(1, 2)
# + weights = torch.stack([self.se(scale) for scale in reversed(scales.unbind(dim=1))], dim=1)
# + return (scales * weights.softmax(dim=1)).flatten(1, 2)
