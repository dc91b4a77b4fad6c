# expect: is not refused
# any word is a product
import torch
from torch import nn


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        self.combine = combine
        self.channel = ChannelBranch(channels, reduction)
        self.spatial = SpatialBranch(channels, reduction, dilation)

    def forward(self, x):
        mc = self.channel(x)
        ms = self.spatial(x)
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        else:
            gate = torch.sigmoid(mc * ms)
        return x + x * gate
