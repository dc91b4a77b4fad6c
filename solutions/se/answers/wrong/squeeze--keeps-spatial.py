# expect: keeps the two axes of size 1
# Returns (B, C, 1, 1) instead of (B, C).
import torch.nn as nn


def squeeze(x):
    return nn.AdaptiveAvgPool2d(1)(x)
