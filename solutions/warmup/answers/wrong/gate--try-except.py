# expect: at the number of axes, not at their sizes
# Lets torch decide what fits.
import torch


def gate(x, weights):
    if weights.dim() == 2:
        weights = weights[:, :, None, None]
    try:
        return x * weights
    except RuntimeError as e:
        raise ValueError(str(e))
