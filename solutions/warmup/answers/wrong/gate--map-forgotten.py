# expect: refuses one of them: (B, 1, H, W)
# Knows channels only.
import torch


def gate(x, weights):
    b, c, h, w = x.shape
    if weights.shape == (b, c):
        weights = weights.reshape(b, c, 1, 1)
    if weights.shape == (b, c, 1, 1) or weights.shape == x.shape:
        return x * weights
    raise ValueError('weights')
