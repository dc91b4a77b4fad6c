# expect: raise a ValueError, so that callers can tell it from a bug
# Raises another error.
import torch


def gate(x, weights):
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    if weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise TypeError('wrong shape of weights')
    return x * weights
