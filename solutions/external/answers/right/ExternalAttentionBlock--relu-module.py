import torch
from torch import nn


class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels, memory_size=64):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        B, C, H, W = x.shape
        out = self.conv1(x)
        out = out.view(B, C, H * W).permute(0, 2, 1)
        out = self.attention(out)
        out = out.permute(0, 2, 1).contiguous().view(B, C, H, W)
        out = self.bn(self.conv2(out))
        out = out + x
        return self.relu(out)
