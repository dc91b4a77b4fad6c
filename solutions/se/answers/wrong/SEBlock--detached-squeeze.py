# expect: x reaches the gate through a `detach()`
# Detaches the squeezed vector: right values and right weight gradients, but the gradient of the input misses the pooling path.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = self.excitation(squeeze(x.detach()))
        return x * s[:, :, None, None]
