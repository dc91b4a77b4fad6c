# expect: gate of the first call is kept
# Keeps the gate of the first call and uses it for ever.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        if not hasattr(self, "_s"):
            self._s = self.excitation(squeeze(x))
        s = self._s
        return x * s[:, :, None, None]
