# expect: return the sum of the gates
# returns gates
import torch
from torch import nn


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        if layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        if self.layout == "parallel":
            return self.channel(x) + self.spatial(x)
        gated = x * self.channel(x)
        return gated * self.spatial(gated)
