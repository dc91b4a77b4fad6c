# expect: bare `.squeeze()` removes every axis
# Removes all axes of size 1 in the end.
import torch
import torch.nn.functional as F


def global_average_pool(x):
    return F.adaptive_avg_pool2d(x, 1).squeeze()
