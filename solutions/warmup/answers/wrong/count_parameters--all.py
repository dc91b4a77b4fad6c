# expect: count frozen parameters too
# Counts frozen ones too.
import torch


def count_parameters(module):
    return sum(p.numel() for p in module.parameters())
