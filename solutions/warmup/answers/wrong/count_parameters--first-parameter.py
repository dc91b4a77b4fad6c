# expect: Expected a number of type int, got None
# Returns inside the loop.
import torch


def count_parameters(module):
    total = 0
    for p in module.parameters():
        if p.requires_grad:
            total += p.numel()
        return total
