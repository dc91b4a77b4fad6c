# expect: count the tensors, not the numbers in them
# Counts tensors.
import torch


def count_parameters(module):
    return len([p for p in module.parameters() if p.requires_grad])
