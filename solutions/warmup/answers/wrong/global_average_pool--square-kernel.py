# expect: Given input size: (6x7x3)
# Pools with a square window.
import torch
import torch.nn.functional as F


def global_average_pool(x):
    return F.avg_pool2d(x, x.shape[2]).flatten(1)
