# expect: gates the positions first
# the other order
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
            return x * self.channel(x) + x * self.spatial(x)
        y = x * self.spatial(x)
        return y * self.channel(y)
