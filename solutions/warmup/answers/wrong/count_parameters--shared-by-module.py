# expect: count a shared parameter once for each place
# Goes through the modules and meets a shared weight twice.
import torch


def count_parameters(module):
    return sum(p.numel() for m in module.modules() for p in m.parameters(recurse=False) if p.requires_grad)
