# expect: no ValueError is raised
# Self-contained with at least one hidden channel, so the ValueError is missing.
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
        hidden = max(channels // reduction, 1)
        self.pool = nn.AdaptiveAvgPool2d(output_size=(1, 1))
        self.excitation = _Excite(channels, hidden)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.excitation(self.pool(x)).expand_as(x)
