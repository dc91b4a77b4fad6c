# expect: squeezes with the maximum
# Squeezes with the maximum.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = self.excitation(x.amax(dim=(2, 3)))
        return x * s[:, :, None, None]
