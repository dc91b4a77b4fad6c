# expect: no ValueError is raised
# the ValueError is missing
from torch import nn


class RepairedSpatialAttention(nn.Module):
    def __init__(self, channels, reduction=16, num_layers=3, dilation=2):
        super().__init__()
        c = channels // reduction
        self.sa = nn.Sequential()
        self.sa.add_module("conv_reduce1", nn.Conv2d(channels, c, 1))
        self.sa.add_module("bn_reduce1", nn.BatchNorm2d(c))
        self.sa.add_module("relu_reduce1", nn.ReLU())
        for i in range(num_layers):
            self.sa.add_module("conv_%d" % i, nn.Conv2d(c, c, 3, padding=dilation, dilation=dilation))
            self.sa.add_module("bn_%d" % i, nn.BatchNorm2d(c))
            self.sa.add_module("relu_%d" % i, nn.ReLU())
        self.sa.add_module("last_conv", nn.Conv2d(c, 1, 1))

    def forward(self, x):
        return self.sa(x).expand_as(x)
