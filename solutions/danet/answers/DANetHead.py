import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: einsum
class Pointwise(nn.Linear):
    def forward(self, x):
        return torch.einsum("bchw,dc->bdhw", x, self.weight) + self.bias[:, None, None]


def block(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def classify(inputs, classes):
    return nn.Sequential(nn.Dropout2d(0.1), Pointwise(inputs, classes))


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = block(in_channels, inter)
        self.channel_in = block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = block(inter, inter)
        self.channel_out = block(inter, inter)
        self.classify_fused = classify(inter, num_classes)
        self.classify_position = classify(inter, num_classes)
        self.classify_channel = classify(inter, num_classes)

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% right: functional
# the head: functional


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(p=0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(p=0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(p=0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        fused = torch.add(p, c)
        outputs = [self.classify_fused(fused)]
        outputs.append(self.classify_position(p))
        outputs.append(self.classify_channel(c))
        return tuple(outputs)


# %% right: method
# the head: method


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: added-in-place, expect: in place (`+=`)
# the sum by +=


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        block = lambda i: nn.Sequential(nn.Conv2d(i, inter, 3, padding=1, bias=False), nn.BatchNorm2d(inter), nn.ReLU())
        last = lambda: nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.position_in, self.channel_in = block(in_channels), block(in_channels)
        self.position, self.channel = PositionAttention(inter), ChannelAttention(negate=True)
        self.position_out, self.channel_out = block(inter), block(inter)
        self.classify_fused, self.classify_position, self.classify_channel = last(), last(), last()

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        p += c
        return self.classify_fused(p), self.classify_position(p), self.classify_channel(c)


# %% wrong: biases, expect: 3x3 convolutions have biases
# the head: biases


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: cat, expect: concatenate the two branches
# the head: cat


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(2 * inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(torch.cat([p, c], 1)), self.classify_position(p), self.classify_channel(c)


# %% wrong: dropout-in-forward, expect: is made in `forward` is always in training mode
# a dropout that is made in forward


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        block = lambda i: nn.Sequential(nn.Conv2d(i, inter, 3, padding=1, bias=False), nn.BatchNorm2d(inter), nn.ReLU())
        last = lambda: nn.Conv2d(inter, num_classes, 1)
        self.position_in, self.channel_in = block(in_channels), block(in_channels)
        self.position, self.channel = PositionAttention(inter), ChannelAttention(negate=True)
        self.position_out, self.channel_out = block(inter), block(inter)
        self.classify_fused, self.classify_position, self.classify_channel = last(), last(), last()

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        d = nn.Dropout2d(0.1)
        return self.classify_fused(d(p + c)), self.classify_position(d(p)), self.classify_channel(d(c))


# %% wrong: dropout-in-the-branches, expect: The one in classify_fused is then applied to the sum
# the head: dropout in the branches


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.drop = nn.Dropout2d(0.1)
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Conv2d(inter, num_classes, 1)
        self.classify_position = nn.Conv2d(inter, num_classes, 1)
        self.classify_channel = nn.Conv2d(inter, num_classes, 1)

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.drop(self.position_out(self.position(self.position_in(x))))
        c = self.drop(self.channel_out(self.channel(self.channel_in(x))))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: dropout-last, expect: Your dropout comes after the last convolutions and drops logits
# the head: dropout last


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout2d(0.1))
        self.classify_position = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout2d(0.1))
        self.classify_channel = nn.Sequential(nn.Conv2d(inter, num_classes, 1), nn.Dropout2d(0.1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: dropout-of-numbers, expect: It drops single numbers
# the head: dropout of numbers


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: eight-channels, expect: Your branches always have 8 channels
# the 8 of an example


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = 8
        block = lambda i: nn.Sequential(nn.Conv2d(i, inter, 3, padding=1, bias=False), nn.BatchNorm2d(inter), nn.ReLU())
        last = lambda: nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.position_in, self.channel_in = block(in_channels), block(in_channels)
        self.position, self.channel = PositionAttention(inter), ChannelAttention(negate=True)
        self.position_out, self.channel_out = block(inter), block(inter)
        self.classify_fused, self.classify_position, self.classify_channel = last(), last(), last()

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: fused-only, expect: return the fused logits alone
# the head: fused only


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c)


# %% wrong: list-of-branches, expect: Your channel branch reads the output of the position branch
# the head: list of branches


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x) + p))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: no-dropout, expect: Dropout2d(0.1)
# the head: no dropout


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Conv2d(inter, num_classes, 1)
        self.classify_position = nn.Conv2d(inter, num_classes, 1)
        self.classify_channel = nn.Conv2d(inter, num_classes, 1)

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: no-padding, expect: have no padding
# the head: no padding


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: one-classifier, expect: three names for the same classifier
# one classifier three times


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        block = lambda i: nn.Sequential(nn.Conv2d(i, inter, 3, padding=1, bias=False), nn.BatchNorm2d(inter), nn.ReLU())
        last = lambda: nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.position_in, self.channel_in = block(in_channels), block(in_channels)
        self.position, self.channel = PositionAttention(inter), ChannelAttention(negate=True)
        self.position_out, self.channel_out = block(inter), block(inter)
        self.classify_fused, self.classify_position, self.classify_channel = [last()] * 3

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: one-out-block, expect: two names for the same block
# the head: one out block


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.position_out
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: order, expect: Your three logits are in the wrong order
# the head: order


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_position(p), self.classify_channel(c), self.classify_fused(p + c)


# %% wrong: out-block-twice, expect: channel_out is made and never used
# the head: out block twice


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.position_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: paper-channel, expect: negate=False
# the head: paper channel


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention()
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: shared-block, expect: two names for the same block
# the head: shared block


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.position_in
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)


# %% wrong: sum-of-attentions, expect: You add the outputs of the two attentions
# the sum of what the attentions give


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        block = lambda i: nn.Sequential(nn.Conv2d(i, inter, 3, padding=1, bias=False), nn.BatchNorm2d(inter), nn.ReLU())
        last = lambda: nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.position_in, self.channel_in = block(in_channels), block(in_channels)
        self.position, self.channel = PositionAttention(inter), ChannelAttention(negate=True)
        self.position_out, self.channel_out = block(inter), block(inter)
        self.classify_fused, self.classify_position, self.classify_channel = last(), last(), last()

    def forward(self, x):
        p = self.position(self.position_in(x))
        c = self.channel(self.channel_in(x))
        s = p + c
        p, c = self.position_out(p), self.channel_out(c)
        return self.classify_fused(s), self.classify_position(p), self.classify_channel(c)


# %% wrong: sum-of-classified, expect: adds its bias twice
# the head: sum of classified


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p) + self.classify_fused(c), self.classify_position(p), self.classify_channel(c)


# %% wrong: sum-of-logits, expect: fused logits are the sum of the other two
# the head: sum of logits


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        a, b = self.classify_position(p), self.classify_channel(c)
        return a + b, a, b
