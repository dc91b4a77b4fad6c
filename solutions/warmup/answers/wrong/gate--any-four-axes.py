# expect: pass your check whatever their sizes are
# Refuses by the number of axes alone.
import torch


def gate(x, weights):
    if weights.ndim == 2:
        weights = weights[..., None, None]
    if weights.ndim != 4:
        raise ValueError(f'weights have {weights.ndim} axes')
    return x * weights
