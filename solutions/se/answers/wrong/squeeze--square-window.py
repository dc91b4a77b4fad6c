# expect: Given input size: (6x7x3)
# Pools with an H x H window, wrong for non-square maps.
import torch
import torch.nn.functional as F


def squeeze(x: torch.Tensor) -> torch.Tensor:
    b, c, h, w = x.shape
    return F.avg_pool2d(x, kernel_size=h).flatten(1)
