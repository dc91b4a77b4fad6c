# expect: `reduction` does not reach the Excitation
# Does not pass the reduction on.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels)

    def forward(self, x):
        s = self.excitation(squeeze(x))
        return x * s[:, :, None, None]
