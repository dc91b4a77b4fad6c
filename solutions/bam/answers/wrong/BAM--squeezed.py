# expect: size of tensor a (6) must match
# the maps squeezed before the sum
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
        mc = self.channel(x).squeeze()
        ms = self.spatial(x).squeeze()
        if self.combine == "sum":
            gate = torch.sigmoid(mc + ms)
        else:
            gate = torch.sigmoid(mc * ms)
        return x + x * gate
