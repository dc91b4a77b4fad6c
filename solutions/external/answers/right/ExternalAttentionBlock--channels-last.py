import torch.nn.functional as F
from torch import nn


class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels, memory_size=64):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size=memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = self.conv1(x).permute(0, 2, 3, 1)
        b, h, w, c = y.shape
        y = self.attention(y.reshape(b, h * w, c)).reshape(b, h, w, c)
        y = self.bn(self.conv2(y.permute(0, 3, 1, 2)))
        return F.relu(y + x)
