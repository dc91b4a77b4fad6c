# every step with a name
import torch
from torch import nn


class CBAM(nn.Module):
    def __init__(self, channels, reduction=16, kernel_size=7):
        super().__init__()
        self.channel_gate = ChannelGate(channels, reduction)
        self.spatial_gate = SpatialGate(kernel_size)

    def forward(self, x):
        channel_weights = self.channel_gate(x)
        refined = channel_weights * x
        spatial_weights = self.spatial_gate(refined)
        out = spatial_weights * refined
        return out
