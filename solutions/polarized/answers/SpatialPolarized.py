import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: einsum
# einsum


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = torch.einsum("bchw->bc", self.wq(x)) / (x.shape[2] * x.shape[3])
        m = torch.einsum("bc,bchw->bhw", w.softmax(-1), self.wv(x))
        return 1 / (1 + torch.exp(-m[:, None]))


# %% right: pool-module
# AdaptiveAvgPool2d and a softmax module


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, x):
        q = self.softmax(self.pool(self.wq(x)))
        return (self.wv(x) * q).sum(dim=1, keepdim=True).sigmoid()


# %% wrong: axes-of-one-kept, expect: Check the axes of both steps
# the mean of channels and H, with its axes kept, so that the softmax has one number


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = self.wq(x).mean((1, 2), keepdim=True).softmax(1)
        return torch.sigmoid((w * self.wv(x)).sum(1, keepdim=True))


# %% wrong: flat-images-mixed, expect: (B, B, N)
# a product of weights with two axes, and no reshape


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = self.wq(x).mean((2, 3)).softmax(1)
        return torch.sigmoid(w @ self.wv(x).flatten(2))


# %% wrong: flat-no-channel-axis, expect: shape (B, H * W)
# the positions of each image in one row


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = self.wq(x).mean((2, 3)).softmax(1)
        return torch.sigmoid(w.unsqueeze(1) @ self.wv(x).flatten(2)).squeeze(1)


# %% wrong: flat-positions-first, expect: shape (B, H * W, 1)
# values times weights, as with tokens


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = self.wq(x).mean((2, 3)).softmax(1)
        return torch.sigmoid(self.wv(x).flatten(2).mT @ w[:, :, None])


# %% wrong: full-width, expect: keeps all C channels
# all C channels inside


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels, 1)
        self.wv = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        q = self.wq(x).mean((2, 3)).softmax(1)
        s = torch.einsum("bc,bchw->bhw", q, self.wv(x))
        return s.sigmoid().unsqueeze(1)


# %% wrong: h-w-swapped, expect: Your map has H and W swapped
# w and h in the wrong order


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, w, h = x.shape
        q = self.wq(x).mean((2, 3)).softmax(1)
        s = torch.einsum("bc,bcn->bn", q, self.wv(x).flatten(2))
        return s.sigmoid().view(b, 1, h, w)


# %% wrong: images-mixed, expect: by the values of every image
# weights of two axes in a matrix product


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        weights = self.wq(x).mean(dim=(2, 3)).softmax(dim=-1)
        sheet = weights @ self.wv(x).flatten(2)
        return torch.sigmoid(sheet.view(b, 1, h, w))


# %% wrong: max-pool, expect: pooled with the maximum
# global max pooling


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = nn.functional.adaptive_max_pool2d(self.wq(x), 1).softmax(1)
        return (q * self.wv(x)).sum(1, keepdim=True).sigmoid()


# %% wrong: mean-of-channels, expect: also divide by C // 2
# mean in place of sum


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = self.wq(x).mean((2, 3), keepdim=True).softmax(dim=1)
        return torch.sigmoid((q * self.wv(x)).mean(1, keepdim=True))


# %% wrong: mean-of-channels-and-height, expect: Your mean runs over axes 1 and 2
# the axes count from 1


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = self.wq(x).mean((1, 2)).softmax(1)
        return torch.sigmoid((w[:, :, None, None] * self.wv(x)).sum(1, keepdim=True))


# %% wrong: mean-of-channels-and-height-product, expect: Your mean runs over axes 1 and 2
# the same before a product of matrices


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        query = self.wq(x).mean((1, 2)).softmax(1)
        return torch.sigmoid(query[:, None] @ self.wv(x).flatten(2)).view(b, 1, h, w)


# %% wrong: never-pooled, expect: is not pooled
# forgot the mean over the positions


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = torch.softmax(self.wq(x), dim=1)
        v = self.wv(x)
        return torch.sigmoid((q * v).sum(dim=1, keepdim=True))


# %% wrong: no-keepdim, expect: lost its channel axis
# the channel axis is gone


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = self.wq(x).mean((2, 3), keepdim=True).softmax(dim=1)
        return torch.sigmoid((q * self.wv(x)).sum(1))


# %% wrong: no-sigmoid, expect: sigmoid at the end is missing
# the sigmoid is left to the block


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = self.wq(x).mean((2, 3)).softmax(1)
        s = torch.einsum("bc,bchw->bhw", q, self.wv(x))
        return s.unsqueeze(1)


# %% wrong: not-summed, expect: do not add them up
# forgot to add up


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = self.wq(x).mean((2, 3), keepdim=True).softmax(1)
        return torch.sigmoid(q * self.wv(x))


# %% wrong: scaled, expect: square root of the number of channels
# divided by the square root of C


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = (self.wq(x).mean((2, 3)) / x.shape[1] ** 0.5).softmax(1)
        return torch.sigmoid((w[:, :, None, None] * self.wv(x)).sum(1, keepdim=True))


# %% wrong: softmax-last-dim, expect: axis of size 1
# softmax over the last axis of the pooled query


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        q = self.wq(x).mean((2, 3), keepdim=True).softmax(dim=-1)
        return torch.sigmoid((q * self.wv(x)).sum(1, keepdim=True))


# %% wrong: softmax-over-positions, expect: over the positions after the product
# softmax where the authors' file has it


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        q = self.wq(x).mean((2, 3)).unsqueeze(1)
        v = self.wv(x).view(b, c // 2, h * w)
        s = torch.softmax(q @ v, dim=2)
        return torch.sigmoid(s).view(b, 1, h, w)


# %% wrong: the-post, expect: channels of the query is missing
# the snippet of the post


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, h, w = x.size()
        wv = self.wv(x).reshape(b, c // 2, -1)
        wq = nn.AdaptiveAvgPool2d((1, 1))(self.wq(x))
        wq = wq.permute(0, 2, 3, 1).reshape(b, 1, c // 2)
        wz = torch.matmul(wq, wv)
        return torch.sigmoid(wz.reshape(b, 1, h, w))


# %% wrong: weights-in-line, expect: lines shapes up from the right
# weights of two axes times values of four


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        w = self.wq(x).mean((2, 3)).softmax(1)
        return torch.sigmoid((w * self.wv(x)).sum(1, keepdim=True))


# %% wrong: weights-in-line-flat-values, expect: lines shapes up from the right
# weights of two axes behind values of three


class SpatialPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, channels // 2, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)

    def forward(self, x):
        b, c, h, w = x.shape
        weights = self.wq(x).mean((2, 3)).softmax(1)
        sheet = (self.wv(x).flatten(2) * weights).sum(1)
        return torch.sigmoid(sheet).view(b, 1, h, w)
