# expect: Input `x`: your code changes it in place
# Writes the result into x.data, which autograd does not notice but the caller does.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = self.excitation(squeeze(x))
        out = x * s[:, :, None, None]
        x.data.copy_(out.data)
        return out
