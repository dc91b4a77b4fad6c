import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: masks
# a sum of shifted identities


def band_matrix(kernel, channels):
    if len(kernel) % 2 == 0:
        raise ValueError(f"k={len(kernel)}")
    half = len(kernel) // 2
    i = torch.arange(channels, device=kernel.device)
    distance = i[None, :] - i[:, None]
    w = torch.zeros(channels, channels).to(kernel)
    for m, value in enumerate(kernel):
        w = w + value * (distance == m - half)
    return w


# %% right: rows-from-padded
# each row is cut out of a longer row of zeros


def band_matrix(kernel, channels):
    k = kernel.shape[0]
    if k % 2 == 0:
        raise ValueError("no middle")
    zeros = kernel.new_zeros(channels)
    long = torch.cat([zeros, kernel, zeros])
    start = channels + k // 2
    return torch.stack([long[start - i:start - i + channels] for i in range(channels)])


# %% wrong: circulant
# torch.roll goes around


def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    row = torch.zeros(max(channels, k)).to(kernel)
    row = torch.cat([kernel, row[k:]])
    return torch.stack([torch.roll(row, i - k // 2) for i in range(channels)])[:, :channels]


# %% wrong: even, expect: even size is not refused
# even kernels are not refused
def band_matrix(kernel, channels):
    k = len(kernel)
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i + k // 2
            if 0 <= m < k:
                W[i, j] = kernel[m]
    return W


# %% wrong: float32, expect: float32, whatever the kernel's dtype is
# zeros of the default dtype


def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = torch.zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i + k // 2
            if 0 <= m < k:
                W[i, j] = kernel[m]
    return W


# %% wrong: inner-rows, expect: first and last rows
# only where the whole kernel fits
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(k // 2, channels - k // 2):
        for m in range(k):
            W[i, i - k // 2 + m] = kernel[m]
    return W


# %% wrong: item, expect: no gradient
# numbers taken out by .item()
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i + k // 2
            if 0 <= m < k:
                W[i, j] = kernel[m].item()
    return W


# %% wrong: modulo, expect: take the column index modulo `channels`
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("even")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for m in range(k):
            W[i, (i + m - k // 2) % channels] = kernel[m]
    return W


# %% wrong: negative-columns, expect: A negative column counts from the end
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("even")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for m in range(k):
            j = i + m - k // 2
            if j < channels:
                W[i, j] = kernel[m]
    return W


# %% wrong: negative-index, expect: counts from the end
# negative indices count from the end
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i + k // 2
            if -k <= m < k:
                W[i, j] = kernel[m]
    return W


# %% wrong: no-offset, expect: begins at the diagonal
# the band begins at the diagonal
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i
            if 0 <= m < k:
                W[i, j] = kernel[m]
    return W


# %% wrong: repeat, expect: shape (C, k)
# the kernel repeated in every row
def band_matrix(kernel, channels):
    if len(kernel) % 2 == 0:
        raise ValueError("k must be odd")
    return kernel.repeat(channels, 1)


# %% wrong: transposed, expect: is transposed
# i and j exchanged
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = i - j + k // 2
            if 0 <= m < k:
                W[i, j] = kernel[m]
    return W


# %% wrong: upper-only
# only one end of the index is asked
def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    W = kernel.new_zeros(channels, channels)
    for i in range(channels):
        for j in range(channels):
            m = j - i + k // 2
            if m < k:
                W[i, j] = kernel[m]
    return W
