# adaptive pooling and view, as in the published file
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
        y = F.adaptive_avg_pool2d(x, 1).view(x.size(0), -1)
        y = F.relu(self.bn(self.fc1(y)))
        y = self.fc2(y)
        return y.view(x.size(0), x.size(1), 1, 1)
