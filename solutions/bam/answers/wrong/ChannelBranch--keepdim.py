# expect: means keep two axes of size 1
# keepdim and Linear
import torch.nn.functional as F
from torch import nn


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm1d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = x.mean([2, 3], keepdim=True)
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.unsqueeze(-1).unsqueeze(-1)
