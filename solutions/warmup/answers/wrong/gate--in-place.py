# expect: Input `x`: your code changes it in place
# Multiplies x itself.
import torch


def gate(x, weights):
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights[:, :, None, None]
    if weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise ValueError
    x.data *= weights
    return x
