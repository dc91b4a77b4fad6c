import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: int-of-all
# int() of the whole formula: where it cuts another number than // does, the result is below 1 anyway
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = int((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1)
    if out < 1:
        raise ValueError("too small")
    return out


# %% right: loop
# the places are counted
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    n = 0
    first = -padding
    while first + dilation * (kernel_size - 1) < size + padding:
        n += 1
        first += stride
    if n == 0:
        raise ValueError("the kernel does not fit anywhere")
    return n


# %% wrong: forgot-minus-one, expect: one too small
# the last - 1 is forgotten
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + 2 * padding - dilation * (kernel_size - 1)) // stride + 1
    if out < 1:
        raise ValueError("too small")
    return out


# %% wrong: int, expect: rounds a negative number up
# int() of a fraction that may be negative
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = int((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1
    if out < 1:
        raise ValueError("too small")
    return out


# %% wrong: padding-once, expect: add the padding once
# padding counted once
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + padding - dilation * (kernel_size - 1) - 1) // stride + 1
    if out < 1:
        raise ValueError("too small")
    return out


# %% wrong: slash, expect: int 5, got the float 5.0
# one slash
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride + 1
    if out < 1:
        raise ValueError("too small")
    return out


# %% wrong: undilated, expect: `dilation` has no effect
# the formula without dilation
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + 2 * padding - kernel_size) // stride + 1
    if out < 1:
        raise ValueError("too small")
    return out


# %% wrong: zero, expect: result of 0 is returned
# 0 is let through
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    out = (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1
    if out < 0:
        raise ValueError("too small")
    return out
