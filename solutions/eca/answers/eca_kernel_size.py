import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: bit-and
# the lowest bit says whether a number is odd


def eca_kernel_size(channels, gamma=2, b=1):
    assert isinstance(channels, int)
    if channels < 1:
        raise ValueError("at least one channel, please")
    t = int(abs((math.log(channels, 2) + b) / gamma))
    return t + (1 - (t & 1))


# %% right: not-guarded
# log2 of what is not positive raises a ValueError by itself


def eca_kernel_size(channels, gamma=2, b=1):
    size = math.floor(abs(b + math.log2(channels)) / gamma)
    while size % 2 != 1:
        size += 1
    return size


# %% right: torch
# everything as tensors


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError(f"{channels} channels")
    t = ((torch.log2(torch.tensor(float(channels), dtype=torch.float64)) + b) / gamma).abs().floor().long().item()
    if t % 2 == 0:
        t = t + 1
    return t


# %% wrong: constants, expect: gamma and b have no effect
# 2 and 1 are written in


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs((math.log2(channels) + 1) / 2))
    return t if t % 2 else t + 1


# %% wrong: down, expect: go down to the next odd
# the next odd number below


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    k = int(abs((math.log2(channels) + b) / gamma))
    if k % 2 == 0:
        k -= 1
    return k


# %% wrong: float, expect: int 5, got the float 5.0
# a float comes back


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = abs((math.log2(channels) + b) / gamma) // 1
    return t if t % 2 else t + 1


# %% wrong: forgot-odd, expect: can be even
# even sizes are returned


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    return int(abs((math.log2(channels) + b) / gamma))


# %% wrong: ln, expect: natural one
# natural logarithm
import numpy as np


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs((np.log(channels) + b) / gamma))
    return t if t % 2 else t + 1


# %% wrong: no-abs, expect: can be negative
# a negative kernel size for a negative b


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int((math.log2(channels) + b) / gamma)
    return t if t % 2 else t + 1


# %% wrong: none, edits, expect: None
# the result is printed, not returned
# - raise ValueError(f'channels must be at least 1, got {channels}')
# + raise ValueError('channels')
#
# - return t if t % 2 else t + 1
# + print(t if t % 2 else t + 1)


# %% wrong: parentheses, expect: divides b alone
# b alone is divided


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs(math.log2(channels) + b / gamma))
    return t if t % 2 == 1 else t + 1


# %% wrong: round, expect: round t to the nearest
# rounds to nearest, then odd


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = round(abs((math.log2(channels) + b) / gamma))
    return t if t % 2 else t + 1


# %% wrong: timm-floor, expect: no kernel be smaller than 3
# at least 3, as timm does


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError("channels")
    t = int(abs(math.log(channels, 2) + b) / gamma)
    return max(t if t % 2 else t + 1, 3)


# %% wrong: torch-not-guarded
def eca_kernel_size(channels, gamma=2, b=1):
    t = int(abs((torch.log2(torch.tensor(float(channels), dtype=torch.float64)) + b) / gamma))
    return t if t % 2 else t + 1


# %% wrong: type-error, edits, expect: ValueError
# raises a TypeError for no channels
# - raise ValueError(f'channels must be at least 1, got {channels}')
# + raise TypeError('channels')
