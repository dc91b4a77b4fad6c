# expect: returns the gate
# Returns the gate instead of the gated input.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = self.excitation(squeeze(x))
        return s[:, :, None, None]
