# expect: a sigmoid of its own
# a sigmoid for each map
import torch
from torch import nn


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        if combine != "sum" and combine != "product":
            raise ValueError("combine")
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x)
        ms = self.spatial(x)
        if self.combine == "sum":
            gate = torch.sigmoid(mc) + torch.sigmoid(ms)
        else:
            gate = torch.sigmoid(mc) * torch.sigmoid(ms)
        return x + x * gate
