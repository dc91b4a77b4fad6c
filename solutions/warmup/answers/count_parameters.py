import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: filter
# Filters, then adds up.


def count_parameters(module):
    return sum(map(torch.numel, filter(lambda p: p.requires_grad, module.parameters())))


# %% right: product
# Multiplies the sizes.
from math import prod


def count_parameters(module):
    return sum(prod(p.shape) for p in module.parameters() if p.requires_grad)


# %% wrong: all, expect: count frozen parameters too
# Counts frozen ones too.


def count_parameters(module):
    return sum(p.numel() for p in module.parameters())


# %% wrong: children, expect: leave out the module's own parameters
# Adds up the children.


def count_parameters(module):
    total = 0
    for child in module.children():
        total += sum(p.numel() for p in child.parameters() if p.requires_grad)
    return total


# %% wrong: equal-values, expect: Two parameters of equal values are still two
def count_parameters(module):
    seen, total = [], 0
    for p in module.parameters():
        if p.requires_grad and not any(p.shape == q.shape and torch.equal(p, q) for q in seen):
            seen.append(p)
            total += p.numel()
    return total


# %% wrong: first-parameter, expect: Expected a number of type int, got None
# Returns inside the loop.


def count_parameters(module):
    total = 0
    for p in module.parameters():
        if p.requires_grad:
            total += p.numel()
        return total


# %% wrong: shared-by-module, expect: count a shared parameter once for each place
# Goes through the modules and meets a shared weight twice.


def count_parameters(module):
    return sum(p.numel() for m in module.modules() for p in m.parameters(recurse=False) if p.requires_grad)


# %% wrong: state-dict, expect: You count everything in `state_dict()`: the running means of a batch norm, frozen weights, and shared weights once for each of their names
# Sums up the state dict.


def count_parameters(module):
    n = 0
    for name, t in module.state_dict().items():
        n += t.numel()
    return n


# %% wrong: tensors, expect: You count the tensors and not the numbers in them
# Counts tensors.


def count_parameters(module):
    return len([p for p in module.parameters() if p.requires_grad])


# %% wrong: weight-and-bias, expect: 'NoneType' object has no attribute 'numel'
# Looks for weight and bias on the module itself.


def count_parameters(module):
    return module.weight.numel() + module.bias.numel()
