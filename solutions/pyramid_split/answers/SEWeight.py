import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: linear
# linear layers as in lesson 01, two axes put back


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"{channels} // {reduction} == 0")
        self.fc1 = nn.Linear(channels, channels // reduction)
        self.fc2 = nn.Linear(channels // reduction, channels)

    def forward(self, x):
        b, c, h, w = x.shape
        s = x.reshape(b, c, h * w).mean(2)
        g = torch.sigmoid(self.fc2(F.relu(self.fc1(s))))
        return g.view(b, c, 1, 1)


# %% right: pool-layer
# AdaptiveAvgPool2d and modules for the activations


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super(SEWeight, self).__init__()
        hidden = int(channels / reduction)
        if hidden < 1:
            raise ValueError("channels=%d is too small for reduction=%d" % (channels, reduction))
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc1 = nn.Conv2d(channels, hidden, kernel_size=1, padding=0)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Conv2d(hidden, channels, kernel_size=1, padding=0)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        out = self.pool(x)
        out = self.relu(self.fc1(out))
        return self.sigmoid(self.fc2(out))


# %% wrong: bias-as-in-01, expect: have no bias
# bias=False copied from lesson 01


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=False)

    def forward(self, x):
        s = x.mean(dim=(2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))


# %% wrong: image-by-image, expect: one image of the batch
# a loop over the batch, with the axes of a batch


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Conv2d(channels, h, 1)
        self.fc2 = nn.Conv2d(h, channels, 1)

    def forward(self, x):
        out = []
        for image in x:
            s = image.mean((2, 3), keepdim=True)
            out.append(torch.sigmoid(self.fc2(torch.relu(self.fc1(s)))))
        return torch.stack(out)


# %% wrong: layers-swapped, expect: Your two layers have changed places
# inputs and outputs of both layers exchanged


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Conv2d(h, channels, 1)
        self.fc2 = nn.Conv2d(channels, h, 1)

    def forward(self, x):
        s = x.mean((2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))


# %% wrong: linear-on-maps, expect: the width of x
# nn.Linear on x


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        s = x
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))


# %% wrong: linear-on-means, expect: last axis, which has size 1
# nn.Linear on (B, C, 1, 1)


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        s = x.mean((2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))


# %% wrong: logits, expect: sigmoid at the end is missing
# forgot the sigmoid


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"{channels} < {reduction}")
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        y = x.mean(-1, keepdim=True).mean(-2, keepdim=True)
        y = self.fc1(y)
        y = torch.relu(y)
        y = self.fc2(y)
        return y


# %% wrong: no-error, expect: If channels // reduction is 0, your code raises no ValueError
# no check of the hidden number


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


# %% wrong: no-keepdim, expect: keepdim=True
# (B, C) into a convolution


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Conv2d(channels, h, 1)
        self.fc2 = nn.Conv2d(h, channels, 1)

    def forward(self, x):
        s = x.mean((2, 3))
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))


# %% wrong: no-pool, expect: Nothing is pooled
# 1 x 1 convolutions at every position


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if not hidden:
            raise ValueError(f"channels {channels} reduction {reduction}")
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.fc2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        return self.fc2(self.fc1(x).relu()).sigmoid()


# %% wrong: one-for-the-batch, expect: all images share one set of weights
# mean over the batch too, axes kept


class SEWeight(nn.Module):
    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.fc1 = nn.Conv2d(channels, inner, 1)
        self.fc2 = nn.Conv2d(inner, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = x.mean((0, 2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(means))))


# %% wrong: refuses-one, expect: Your code raises a ValueError if one hidden channel is left
# refuses one hidden channel too


class SEWeight(nn.Module):
    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        inner = channels // reduction
        if channels <= reduction:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.fc1 = nn.Conv2d(channels, inner, 1)
        self.fc2 = nn.Conv2d(inner, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = x.mean(dim=(2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(means))))


# %% wrong: relu-late, expect: Your ReLU stands after fc2
# relu behind fc2


class SEWeight(nn.Module):
    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"{channels} channels with reduction {reduction} leave none")
        self.fc1 = nn.Conv2d(channels, inner, 1)
        self.fc2 = nn.Conv2d(inner, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        means = x.mean(dim=(2, 3), keepdim=True)
        return torch.sigmoid(torch.relu(self.fc2(self.fc1(means))))


# %% wrong: se-block, expect: multiply x by the weights
# the SE block of lesson 01: applies the gate


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"{channels} {reduction}")
        self.fc1 = nn.Conv2d(channels, h, 1)
        self.fc2 = nn.Conv2d(h, channels, 1)

    def forward(self, x):
        s = x.mean(dim=(2, 3), keepdim=True)
        s = torch.relu(self.fc1(s))
        s = torch.sigmoid(self.fc2(s))
        return x * s


# %% wrong: sigmoid-first, expect: take their mean afterwards
class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"{channels} // {reduction} is 0")
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x):
        gates = torch.sigmoid(self.fc2(torch.relu(self.fc1(x))))
        return gates.mean((2, 3), keepdim=True)


# %% wrong: softmax, expect: softmax over the channels
# softmax already here


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(str((channels, reduction)))
        self.fc1 = nn.Conv2d(channels, c, 1)
        self.fc2 = nn.Conv2d(c, channels, 1)

    def forward(self, x):
        m = F.adaptive_avg_pool2d(x, 1)
        return F.softmax(self.fc2(F.relu(self.fc1(m))), dim=1)


# %% wrong: squeezed, expect: The numbers are right, but their shape is (B, C')
# view(b, c) at the end


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h < 1:
            raise ValueError(f"not possible: {channels}, {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        means = x.mean(dim=(2, 3))
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(means))))
