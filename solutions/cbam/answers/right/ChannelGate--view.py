# views and max over the flattened map
import torch
from torch import nn


class ChannelGate(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError("got channels = {}, reduction = {}".format(channels, reduction))
        self.mlp = nn.Sequential(
            nn.Linear(channels, channels // reduction),
            nn.ReLU(),
            nn.Linear(channels // reduction, channels),
        )
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        b, c, h, w = x.size()
        flat = x.reshape(b, c, h * w)
        a = self.mlp(torch.mean(flat, 2))
        m, _ = torch.max(flat, 2)
        return self.sigmoid(a + self.mlp(m)).view(b, c, 1, 1)
