# expect: second sigmoid
# Applies a second sigmoid to the gate.
import torch
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        s = torch.sigmoid(self.excitation(squeeze(x)))
        return x * s[:, :, None, None]
