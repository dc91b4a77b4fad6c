# expect: `self.fc` is a plain Python container
# Keeps its layers in a plain list, so they are not registered.
import torch
from torch import nn


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")
        self.fc = [nn.Linear(channels, hidden, bias=False), nn.Linear(hidden, channels, bias=False)]
        self.relu = nn.ReLU()
        self.sigmoid = nn.Sigmoid()

    def forward(self, z):
        return self.sigmoid(self.fc[1](self.relu(self.fc[0](z))))
