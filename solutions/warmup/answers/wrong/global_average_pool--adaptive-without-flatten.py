# expect: keeps two axes of size 1
# Forgets to flatten the pooled map.
import torch
import torch.nn as nn


def global_average_pool(x):
    pool = nn.AdaptiveAvgPool2d((1, 1))
    return pool(x)
