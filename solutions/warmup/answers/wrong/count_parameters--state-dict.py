# expect: what `state_dict()` holds
# Sums up the state dict.
import torch


def count_parameters(module):
    n = 0
    for name, t in module.state_dict().items():
        n += t.numel()
    return n
