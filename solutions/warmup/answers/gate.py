import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: four-ifs
# One if for each shape.


def gate(x, weights):
    B, C, H, W = x.shape
    s = tuple(weights.shape)
    if s == (B, C):
        return x * weights.view(B, C, 1, 1) if weights.is_contiguous() else x * weights.reshape(B, C, 1, 1)
    if s == (B, C, 1, 1):
        return x * weights
    if s == (B, 1, H, W):
        return x * weights
    if s == (B, C, H, W):
        return x * weights
    raise ValueError('gate: %s' % (s,))


# %% right: unsqueeze
# Unsqueezes twice.


def gate(x, weights):
    if weights.ndim == 2:
        weights = weights.unsqueeze(2).unsqueeze(3)
    b, c, h, w = x.shape
    ok = [[b, c, 1, 1], [b, 1, h, w], [b, c, h, w]]
    if list(weights.shape) not in ok:
        raise ValueError('unexpected weights')
    return torch.mul(weights, x)


# %% wrong: any-four-axes, expect: pass your check whatever their sizes are
# Refuses by the number of axes alone.


def gate(x, weights):
    if weights.ndim == 2:
        weights = weights[..., None, None]
    if weights.ndim != 4:
        raise ValueError(f'weights have {weights.ndim} axes')
    return x * weights


# %% wrong: in-place, expect: Input `x`: your code changes it in place
# Multiplies x itself.


def gate(x, weights):
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    if weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise ValueError
    x.data *= weights
    return x


# %% wrong: just-multiply, expect: multiplies without looking at the shapes
# Multiplies.


def gate(x, weights):
    return x * weights


# %% wrong: map-forgotten, expect: refuses one of them: (B, 1, H, W)
# Knows channels only.


def gate(x, weights):
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights.reshape(b, c, 1, 1)
    if weights.shape == (b, c, 1, 1) or weights.shape == x.shape:
        return x * weights
    raise ValueError('weights')


# %% wrong: maps, expect: You accept weights of three axes
def gate(x, weights):
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights.view(b, c, 1, 1)
    if weights.shape == (b, h, w):
        weights = weights.unsqueeze(1)
    if tuple(weights.shape) not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise ValueError(f"weights of shape {tuple(weights.shape)}")
    return x * weights


# %% wrong: sigmoid-inside, edits, expect: through a sigmoid
# Makes weights of the weights.
# - b, c, h, w = x.shape
# + b, c, h, w = x.shape
# + weights = torch.sigmoid(weights)
#
# - elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):
# -     raise ValueError(f'no weights of shape {tuple(weights.shape)} for an image of shape {tuple(x.shape)}')
# + if weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
# +     raise ValueError


# %% wrong: try-except, expect: You check the number of axes but not their sizes, so wrong shapes such as (B, 1, H, 1) pass
# Lets torch decide what fits.


def gate(x, weights):
    if weights.dim() == 2:
        weights = weights[:, :, None, None]
    try:
        return x * weights
    except RuntimeError as e:
        raise ValueError(str(e))


# %% wrong: two-axes-unchecked, expect: pass your check whatever their sizes are
# Takes two axes without looking at their sizes.


def gate(x, weights):
    B, C, H, W = x.shape
    if len(weights.shape) == 2:
        return x * weights.view(*weights.shape, 1, 1)
    if tuple(weights.shape) in {(B, C, 1, 1), (B, 1, H, W), (B, C, H, W)}:
        return x * weights
    raise ValueError('shape')


# %% wrong: type-error, edits, expect: raise a ValueError, so that callers can tell it from a bug
# Raises another error.
# - elif weights.shape not in ((b, c, 1, 1), (b, 1, h, w), (b, c, h, w)):
# -     raise ValueError(f'no weights of shape {tuple(weights.shape)} for an image of shape {tuple(x.shape)}')
# + if weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
# +     raise TypeError('wrong shape of weights')


# %% wrong: unsqueeze-once, expect: They need two: (B, C, 1, 1)
# Adds one axis where two are needed.


def gate(x, weights):
    b, c, h, w = x.shape
    if weights.ndim == 2:
        weights = weights.unsqueeze(-1)
    elif weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise ValueError('bad shape')
    return x * weights
