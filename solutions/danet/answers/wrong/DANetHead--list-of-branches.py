# expect: reads what the position branch gave
# the head: list of branches
import torch
from torch import nn


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = self.block(in_channels, inter)
        self.channel_in = self.block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = self.block(inter, inter)
        self.channel_out = self.block(inter, inter)
        self.classify_fused = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_position = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))
        self.classify_channel = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(inter, num_classes, 1))

    def block(self, i, o):
        return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x) + p))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)
