# expect: Given input size: (32x3x5)
# Pools with a fixed 7 x 7 window, right for the last ResNet stage only.
import torch
import torch.nn as nn


class _Excite(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=False)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=False)

    def forward(self, z):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))


class SEBlock(nn.Module):
    def __init__(self, channels: int, reduction: int = 16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"cannot reduce {channels} channels by {reduction}")
        self.pool = nn.AvgPool2d(7)
        self.excitation = _Excite(channels, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.excitation(self.pool(x)).expand_as(x)
