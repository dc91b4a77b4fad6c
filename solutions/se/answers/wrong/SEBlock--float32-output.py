# expect: dtype is torch.float32, expected torch.float64
# Collects the result in a buffer of the default dtype.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = self.excitation(squeeze(x))
        out = torch.zeros(x.shape, device=x.device)
        for i in range(x.shape[0]):
            out[i] = x[i] * s[i, :, None, None]
        return out
