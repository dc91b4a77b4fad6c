# linear layers as in lesson 01, two axes put back
import torch
import torch.nn.functional as F
from torch import nn


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"{channels} // {reduction} == 0")
        self.fc1 = nn.Linear(channels, channels // reduction)
        self.fc2 = nn.Linear(channels // reduction, channels)

    def forward(self, x):
        b, c, h, w = x.shape
        s = x.reshape(b, c, h * w).mean(2)
        g = torch.sigmoid(self.fc2(F.relu(self.fc1(s))))
        return g.view(b, c, 1, 1)
