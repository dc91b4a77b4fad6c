# expect: what `spatial.reduce` receives
# one after the other, as in CBAM
import torch
from torch import nn


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine not in ("sum", "product"):
            raise ValueError("combine")
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        y = x * torch.sigmoid(self.channel(x))
        return x + y * torch.sigmoid(self.spatial(y))
