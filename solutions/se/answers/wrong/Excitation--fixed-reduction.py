# expect: 16 whatever `reduction` is
# Ignores the argument and always reduces by 16.
import torch
from torch import nn


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // 16
        if hidden == 0:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, channels, bias=False)
        self.sigmoid = nn.Sigmoid()

    def forward(self, z):
        return self.sigmoid(self.fc2(self.relu(self.fc1(z))))
