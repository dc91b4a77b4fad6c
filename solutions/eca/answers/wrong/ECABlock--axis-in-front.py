# expect: the new axis in front, (1, B, C)
# (1, B, C) into the convolution: the new axis in front instead of in the middle
import torch
from torch import nn


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = eca_kernel_size(channels) if kernel_size is None else kernel_size
        if k % 2 == 0:
            raise ValueError(f"an even kernel_size: {k}")
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x):
        s = x.mean(dim=(2, 3))
        gates = torch.sigmoid(self.conv(s[None])[0])
        return x * gates[:, :, None, None]
