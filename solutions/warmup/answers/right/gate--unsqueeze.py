# Unsqueezes twice.
import torch


def gate(x, weights):
    if weights.ndim == 2:
        weights = weights.unsqueeze(2).unsqueeze(3)
    b, c, h, w = x.shape
    ok = [[b, c, 1, 1], [b, 1, h, w], [b, c, h, w]]
    if list(weights.shape) not in ok:
        raise ValueError('unexpected weights')
    return torch.mul(weights, x)
