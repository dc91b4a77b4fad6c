# (1 + gate) * x, the word checked in forward
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
        if self.combine == "product":
            gate = torch.sigmoid(mc * ms)
        if self.combine not in ["sum", "product"]:
            raise ValueError(f"what is {self.combine}?")
        return (1 + gate) * x
