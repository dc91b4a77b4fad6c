# expect: sigmoid at the end is missing
# forgot the sigmoid
import torch
from torch import nn


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels < reduction:
            raise ValueError(f"{channels} < {reduction}")
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        y = x.mean(-1, keepdim=True).mean(-2, keepdim=True)
        y = self.fc1(y)
        y = torch.relu(y)
        y = self.fc2(y)
        return y
