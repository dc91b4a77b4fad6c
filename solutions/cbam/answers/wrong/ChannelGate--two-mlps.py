# expect: CBAM shares one
# one mlp each
import torch
from torch import nn


class ChannelGate(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"{channels} channels, reduction {reduction}")
        self.mlp_max = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))
        self.mlp = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))

    def forward(self, x):
        avg = self.mlp(x.mean(dim=(2, 3)))
        mx = self.mlp_max(x.amax(dim=(2, 3)))
        return torch.sigmoid(avg + mx)[:, :, None, None]
