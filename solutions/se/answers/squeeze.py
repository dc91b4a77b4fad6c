import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: avg-pool-window
# Average pooling with a window as large as the map.


def squeeze(x: torch.Tensor) -> torch.Tensor:
    b, c, h, w = x.shape
    return F.avg_pool2d(x, kernel_size=(h, w)).view(b, c)


# %% right: einsum-sum
# Sums with einsum and divides by the number of positions.


def squeeze(x):
    return torch.einsum("bchw->bc", x) / (x.shape[2] * x.shape[3])


# %% right: flatten-mean
# Flattens the positions and takes one mean.


def squeeze(x):
    return x.flatten(2).mean(-1)


# %% wrong: axes-from-one, expect: averages over axes 1 and 2
# Counts the axes from 1, and the batch not at all.


def squeeze(x):
    return x.mean(dim=(1, 2))


# %% wrong: bare-squeeze, expect: bare `.squeeze()` removes every axis of size 1
# Uses squeeze() without dimensions, so a batch of one loses its batch dimension.


def squeeze(x):
    return F.adaptive_avg_pool2d(x, 1).squeeze()


# %% wrong: batch-mean, expect: averages over the batch
# Averages over the batch too.


def squeeze(x):
    return x.mean(dim=(0, 2, 3)).expand(x.shape[0], -1)


# %% wrong: divides-and-multiplies, expect: divides by H and then multiplies by W
# The brackets around h * w are missing.


def squeeze(x):
    b, c, h, w = x.shape
    return x.sum(dim=(2, 3)) / h * w


# %% wrong: divides-by-width-squared, expect: uses the width for both sides
# Divides the sum by W * W.


def squeeze(x):
    return torch.einsum("bchw->bc", x) / (x.shape[3] ** 2)


# %% wrong: float32-buffer, expect: come back as float32
# Writes the means into a float32 buffer.


def squeeze(x):
    out = torch.zeros(x.shape[0], x.shape[1])
    for i in range(x.shape[0]):
        out[i] = x[i].mean(dim=(1, 2))
    return out


# %% wrong: keeps-spatial, expect: keeps the two axes of size 1
# Returns (B, C, 1, 1) instead of (B, C).


def squeeze(x):
    return nn.AdaptiveAvgPool2d(1)(x)


# %% wrong: max, expect: takes the largest value
# Takes the maximum over the positions.


def squeeze(x):
    return x.flatten(2).amax(-1)


# %% wrong: no-grad, expect: no gradient flows back
# Computes the mean under no_grad, so no gradient reaches the input.


def squeeze(x):
    with torch.no_grad():
        return x.flatten(2).mean(-1)


# %% wrong: reshaped, expect: your means mixes numbers of several channels
def squeeze(x):
    b, c, h, w = x.shape
    return x.reshape(b, h * w, c).mean(dim=1)


# %% wrong: square-window, expect: Given input size: (6x7x3)
# Pools with an H x H window, wrong for non-square maps.


def squeeze(x: torch.Tensor) -> torch.Tensor:
    b, c, h, w = x.shape
    return F.avg_pool2d(x, kernel_size=h).flatten(1)
