# expect: `kernel_size` does not reach the spatial gate
# kernel_size not passed on
import torch
from torch import nn


class CBAM(nn.Module):
    def __init__(self, channels, reduction=16, kernel_size=7):
        super().__init__()
        self.channel_gate = ChannelGate(channels, reduction)
        self.spatial_gate = SpatialGate()

    def forward(self, x):
        x = x * self.channel_gate(x)
        return x * self.spatial_gate(x)
