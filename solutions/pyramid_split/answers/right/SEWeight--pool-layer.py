# AdaptiveAvgPool2d and modules for the activations
import torch
from torch import nn


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super(SEWeight, self).__init__()
        hidden = int(channels / reduction)
        if hidden < 1:
            raise ValueError("channels=%d is too small for reduction=%d" % (channels, reduction))
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc1 = nn.Conv2d(channels, hidden, kernel_size=1, padding=0)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Conv2d(hidden, channels, kernel_size=1, padding=0)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        out = self.pool(x)
        out = self.relu(self.fc1(out))
        return self.sigmoid(self.fc2(out))
