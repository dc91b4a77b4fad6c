# a list of layers with names of torch
from torch import nn


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        if c < 1:
            raise ValueError(f"{channels} channels / {reduction}")
        layers = [nn.Conv2d(channels, c, 1), nn.BatchNorm2d(c), nn.ReLU()]
        for i in range(num_layers):
            layers += [nn.Conv2d(c, c, 3, padding=dilation, dilation=dilation), nn.BatchNorm2d(c), nn.ReLU()]
        layers.append(nn.Conv2d(c, 1, 1))
        self.sa = nn.Sequential(*layers)

    def forward(self, x):
        b, c, h, w = x.shape
        return self.sa(x).expand(b, c, h, w)
