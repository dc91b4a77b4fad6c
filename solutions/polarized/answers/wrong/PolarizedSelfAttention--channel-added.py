# expect: add the channel branch's output once more
# spatial_out + channel_out in both layouts
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
        channel_out = x * self.channel(x)
        if self.layout == "parallel":
            spatial_out = x * self.spatial(x)
        else:
            spatial_out = channel_out * self.spatial(channel_out)
        return spatial_out + channel_out
