# expect: of shape (B, C')
# view(b, c) at the end
import torch
from torch import nn


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h < 1:
            raise ValueError(f"not possible: {channels}, {reduction}")
        self.fc1 = nn.Linear(channels, h)
        self.fc2 = nn.Linear(h, channels)

    def forward(self, x):
        means = x.mean(dim=(2, 3))
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(means))))
