# refuses in forward
import torch
from torch import nn


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        self.layout = layout
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        y = x * self.channel(x)
        match self.layout:
            case "parallel":
                return y + x * self.spatial(x)
            case "sequential":
                return y * self.spatial(y)
            case other:
                raise ValueError(f"{other} is neither")
