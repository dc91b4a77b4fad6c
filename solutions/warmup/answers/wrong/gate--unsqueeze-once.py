# expect: They need two: (B, C, 1, 1)
# Adds one axis where two are needed.
import torch


def gate(x, weights):
    b, c, h, w = x.shape
    if weights.ndim == 2:
        weights = weights.unsqueeze(-1)
    elif weights.shape not in [(b, c, 1, 1), (b, 1, h, w), (b, c, h, w)]:
        raise ValueError('bad shape')
    return x * weights
