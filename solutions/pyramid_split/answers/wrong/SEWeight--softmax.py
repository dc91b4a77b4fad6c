# expect: softmax over the channels
# softmax already here
import torch
import torch.nn.functional as F
from torch import nn


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        c = channels // reduction
        if c == 0:
            raise ValueError(str((channels, reduction)))
        self.fc1 = nn.Conv2d(channels, c, 1)
        self.fc2 = nn.Conv2d(c, channels, 1)

    def forward(self, x):
        m = F.adaptive_avg_pool2d(x, 1)
        return F.softmax(self.fc2(F.relu(self.fc1(m))), dim=1)
