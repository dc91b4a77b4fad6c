# expect: bare `.squeeze()`
# squeezes before the norm
import torch
from torch import nn


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1)
        self.wv = nn.Conv2d(channels, channels // 2, 1)
        self.wz = nn.Conv2d(channels // 2, channels, 1)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        a = self.wq(x).flatten(2).softmax(dim=2)
        v = self.wv(x).flatten(2)
        s = (v @ a.transpose(1, 2)).unsqueeze(3)
        s = self.ln(self.wz(s).squeeze())
        return torch.sigmoid(s).unsqueeze(-1).unsqueeze(-1)
