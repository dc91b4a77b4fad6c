# expect: weights made from weights
# passes the weights on, never multiplies
import torch
from torch import nn


class CBAM(nn.Module):
    def __init__(self, channels, reduction=16, kernel_size=7):
        super().__init__()
        self.channel_gate = ChannelGate(channels, reduction)
        self.spatial_gate = SpatialGate(kernel_size)

    def forward(self, x):
        x = self.channel_gate(x)
        return self.spatial_gate(x)
