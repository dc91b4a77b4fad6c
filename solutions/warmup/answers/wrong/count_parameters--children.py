# expect: leave out the module's own parameters
# Adds up the children.
import torch


def count_parameters(module):
    total = 0
    for child in module.children():
        total += sum(p.numel() for p in child.parameters() if p.requires_grad)
    return total
