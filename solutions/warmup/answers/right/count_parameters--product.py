# Multiplies the sizes.
from math import prod

import torch


def count_parameters(module):
    return sum(prod(p.shape) for p in module.parameters() if p.requires_grad)
