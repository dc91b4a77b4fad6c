# pooling layer and views
from torch import nn


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        if kernel_size is None:
            kernel_size = eca_kernel_size(channels)
        if kernel_size % 2 == 0:
            raise ValueError("kernel size must be odd")
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.conv = nn.Conv1d(1, 1, kernel_size, padding="same", bias=False)
        self.act = nn.Sigmoid()

    def forward(self, x):
        b, c = x.shape[:2]
        y = self.gap(x).view(b, 1, c)
        y = self.act(self.conv(y))
        return x * y.view(b, c, 1, 1)
