# expect: add what the two attentions give
# the sum of what the attentions give
import torch
from torch import nn


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        block = lambda i: nn.Sequential(nn.Conv2d(i, inter, 3, padding=1, bias=False), nn.BatchNorm2d(inter), nn.ReLU())
        last = lambda: nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.position_in, self.channel_in = block(in_channels), block(in_channels)
        self.position, self.channel = PositionAttention(inter), ChannelAttention(negate=True)
        self.position_out, self.channel_out = block(inter), block(inter)
        self.classify_fused, self.classify_position, self.classify_channel = last(), last(), last()

    def forward(self, x):
        p = self.position(self.position_in(x))
        c = self.channel(self.channel_in(x))
        s = p + c
        p, c = self.position_out(p), self.channel_out(c)
        return self.classify_fused(s), self.classify_position(p), self.classify_channel(c)
