# expect: adds x to its result
# adds x, as CBAM's users do
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
        y = x * self.channel(x)
        if self.layout == "parallel":
            return x + y + x * self.spatial(x)
        return x + y * self.spatial(y)
