# Filters, then adds up.
import torch


def count_parameters(module):
    return sum(map(torch.numel, filter(lambda p: p.requires_grad, module.parameters())))
