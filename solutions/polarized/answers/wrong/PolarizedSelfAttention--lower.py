# expect: make the word lower case
import torch
from torch import nn


class PolarizedSelfAttention(nn.Module):
    def __init__(self, channels, layout="parallel"):
        super().__init__()
        self.layout = layout.lower()
        if self.layout not in ("parallel", "sequential"):
            raise ValueError(layout)
        self.channel = ChannelPolarized(channels)
        self.spatial = SpatialPolarized(channels)

    def forward(self, x):
        if self.layout == "parallel":
            return self.channel(x) * x + self.spatial(x) * x
        x = self.channel(x) * x
        return self.spatial(x) * x
