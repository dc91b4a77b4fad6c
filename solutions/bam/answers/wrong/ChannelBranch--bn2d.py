# expect: expected 4D input
# BatchNorm2d on two axes
import torch.nn.functional as F
from torch import nn


class ChannelBranch(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.bn = nn.BatchNorm2d(h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        y = x.mean([2, 3])
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.unsqueeze(-1).unsqueeze(-1)
