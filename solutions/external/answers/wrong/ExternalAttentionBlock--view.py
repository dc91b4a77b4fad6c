# expect: keep the order of the numbers in memory
import torch
from torch import nn


class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels, memory_size=64):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        b, c, h, w = x.shape
        y = self.conv1(x).reshape(b, h * w, c)
        y = self.attention(y).reshape(b, c, h, w)
        return torch.relu(x + self.bn(self.conv2(y)))
