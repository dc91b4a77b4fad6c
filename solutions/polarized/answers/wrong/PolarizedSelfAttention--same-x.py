# expect: your map is made from x
# sequential: both gates of x
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
        c, s = self.channel(x), self.spatial(x)
        if self.layout == "sequential":
            return x * c * s
        return x * c + x * s
