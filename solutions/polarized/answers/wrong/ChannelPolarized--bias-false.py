# expect: have no bias
# no biases, seen in the authors' repository
import torch
from torch import nn


class ChannelPolarized(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.wq = nn.Conv2d(channels, 1, 1, bias=False)
        self.wv = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.wz = nn.Conv2d(channels // 2, channels, 1, bias=False)
        self.ln = nn.LayerNorm(channels)

    def forward(self, x):
        a = self.wq(x).flatten(2).softmax(dim=2)
        v = self.wv(x).flatten(2)
        s = (v @ a.transpose(1, 2)).unsqueeze(3)
        s = self.ln(self.wz(s).flatten(1))
        return torch.sigmoid(s)[..., None, None]
