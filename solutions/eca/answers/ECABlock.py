import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: adaptive-pool-view
# pooling layer and views


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        if kernel_size is None:
            kernel_size = eca_kernel_size(channels)
        if kernel_size % 2 == 0:
            raise ValueError("kernel size must be odd")
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.conv = nn.Conv1d(1, 1, kernel_size, padding="same", bias=False)
        self.act = nn.Sigmoid()

    def forward(self, x):
        b, c = x.shape[:2]
        y = self.gap(x).view(b, 1, c)
        y = self.act(self.conv(y))
        return x * y.view(b, c, 1, 1)


# %% right: functional
# the weight as a parameter, F.conv1d


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


# %% right: sum-of-shifts
# the convolution written out as a sum of shifted means


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = eca_kernel_size(channels) if kernel_size is None else kernel_size
        if k % 2 == 0:
            raise ValueError(k)
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x):
        w = self.conv.weight.flatten()
        half, c = len(w) // 2, x.shape[1]
        padded = F.pad(x.mean((2, 3)), (half, half))
        scores = sum(w[m] * padded[:, m:m + c] for m in range(len(w)))
        return x * torch.sigmoid(scores).reshape(-1, c, 1, 1)


# %% wrong: axis-in-front, edits, expect: If it gets (B, C) or (1, B, C)
# (1, B, C) into the convolution: the new axis in front instead of in the middle
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError(f'an even kernel_size: {k}')
#
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + gates = torch.sigmoid(self.conv(s[None])[0])
# + return x * gates[:, :, None, None]


# %% wrong: bias, expect: has a bias
# forgot bias=False


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = kernel_size or eca_kernel_size(channels)
        if k % 2 == 0:
            raise ValueError("k must be odd")
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2)

    def forward(self, x):
        y = x.mean((2, 3)).unsqueeze(1)
        y = torch.sigmoid(self.conv(y))
        return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: circular, expect: pads in a circle
# circular padding


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = kernel_size or eca_kernel_size(channels)
        if k % 2 == 0:
            raise ValueError("k must be odd")
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False, padding_mode='circular')

    def forward(self, x):
        y = x.mean((2, 3)).unsqueeze(1)
        y = torch.sigmoid(self.conv(y))
        return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: depthwise, expect: C kernels that run along an axis of length 1
# a kernel for each channel


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = kernel_size or eca_kernel_size(channels)
        if k % 2 == 0:
            raise ValueError("k must be odd")
        self.conv = nn.Conv1d(channels, channels, k, groups=channels, padding=k // 2, bias=False)

    def forward(self, x):
        y = x.mean((2, 3)).unsqueeze(2)
        y = torch.sigmoid(self.conv(y))
        return x * y.unsqueeze(-1)


# %% wrong: detached, edits, expect: gates are detached
# detached gates
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x * y.detach().transpose(1, 2).unsqueeze(-1)


# %% wrong: even-allowed, edits, expect: even kernel_size is not refused
# even kernels are not refused
# - if k % 2 == 0:
# -     raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: even-assert, expect: AssertionError
# an assert, not a ValueError


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = kernel_size or eca_kernel_size(channels)
        assert k % 2 == 1
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x):
        y = x.mean((2, 3)).unsqueeze(1)
        y = torch.sigmoid(self.conv(y))
        return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: exp, edits, expect: gives NaN for large scores
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError(f'{k} is even')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3))
# + y = self.conv(y.unsqueeze(1)).squeeze(1)
# + return x * (y.exp() / (1 + y.exp()))[:, :, None, None]


# %% wrong: in-place, edits, expect: multiplies its input in place
# multiplies x in place
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + x *= y.transpose(1, 2).unsqueeze(-1)
# + return x


# %% wrong: kernel-size-three, edits, expect: your kernel has 3 numbers
# kernel size 3 by default
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or 3
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: layer-in-forward, expect: conv.weight
# a new convolution in each forward


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        self.k = kernel_size or eca_kernel_size(channels)
        if self.k % 2 == 0:
            raise ValueError("k must be odd")

    def forward(self, x):
        conv = nn.Conv1d(1, 1, self.k, padding=self.k // 2, bias=False)
        y = torch.sigmoid(conv(x.mean((2, 3)).unsqueeze(1)))
        return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: max, edits, expect: squeezes with the maximum
# global maximum
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.amax((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: mean-and-max, edits
# mean plus maximum, as CBAM does
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = (x.mean((2, 3)) + x.amax((2, 3))).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: no-padding, expect: has no padding
# no padding


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = kernel_size or eca_kernel_size(channels)
        if k % 2 == 0:
            raise ValueError("k must be odd")
        self.conv = nn.Conv1d(1, 1, k, bias=False)

    def forward(self, x):
        y = x.mean((2, 3)).unsqueeze(1)
        y = torch.sigmoid(self.conv(y))
        return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: no-sigmoid, edits, expect: sigmoid after the convolution is missing
# no sigmoid
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = self.conv(y)
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: no-transpose, edits, expect: C is matched with the image's W
# the gates are multiplied along the width
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x * y


# %% wrong: residual, edits, expect: adds the input to the gated input
# adds x
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x + x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: returns-gates, edits, expect: returns the gates
# only the gates
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return y.transpose(1, 2).unsqueeze(-1)


# %% wrong: rule-always, edits, expect: `kernel_size` has no effect
# kernel_size is ignored
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: softmax, edits, expect: go through a softmax
# softmax over the channels
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.softmax(self.conv(y), dim=2)
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: squeeze-all, edits, expect: bare `.squeeze()`
# a bare squeeze loses the batch axis
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = F.adaptive_avg_pool2d(x, 1).squeeze().unsqueeze(1)
# + y = torch.sigmoid(self.conv(y))
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: squeeze-transpose-missing, edits, expect: reads C as the number of input channels
# (B, C, 1) into the convolution
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(2)
# + y = torch.sigmoid(self.conv(y))
# + return x * y.unsqueeze(-1)


# %% wrong: squeezed-late, edits, expect: A bare `.squeeze()` after the convolution
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError(f'{k} is even')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3))
# + y = self.conv(y.unsqueeze(1)).squeeze()
# + return x * torch.sigmoid(y)[:, :, None, None]


# %% wrong: tensor-squeeze, edits, expect: is torch's method
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError(f'{k} is even')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.squeeze()
# + y = self.conv(y.unsqueeze(1)).squeeze(1)
# + return x * torch.sigmoid(y)[:, :, None, None]


# %% wrong: two-axes, edits, expect: If it gets (B, C) or (1, B, C)
# (B, C) into the convolution
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3))
# + y = torch.sigmoid(self.conv(y))
# + return x * y[:, :, None, None]


# %% wrong: two-convolutions, edits, expect: `conv2.weight`
# a second convolution, as SE's second layer
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError('k must be odd')
#
# - self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)
# + self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)
# + self.conv2 = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3)).unsqueeze(1)
# + y = torch.sigmoid(self.conv2(torch.relu(self.conv(y))))
# + return x * y.transpose(1, 2).unsqueeze(-1)


# %% wrong: zero, edits, expect: treats a kernel_size of 0 as None
# - k = eca_kernel_size(channels) if kernel_size is None else kernel_size
# + k = kernel_size or eca_kernel_size(channels)
#
# - raise ValueError(f'kernel_size must be odd, so that it has a middle, got {k}')
# + raise ValueError(f'{k} is even')
#
# - s = x.mean(dim=(2, 3))
# - gates = torch.sigmoid(self.conv(s[:, None]))
# - return x * gates[:, 0, :, None, None]
# + y = x.mean((2, 3))
# + y = self.conv(y.unsqueeze(1)).squeeze(1)
# + return x * torch.sigmoid(y)[:, :, None, None]
