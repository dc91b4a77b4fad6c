# expect: squeezes over the batch
# Pools over the batch as well, so the images of a batch see each other.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = self.excitation(x.mean(dim=(0, 2, 3)).expand(x.shape[0], -1))
        return x * s[:, :, None, None]
