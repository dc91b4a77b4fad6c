# expect: conv.weight
# a new convolution in each forward
import torch
from torch import nn


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        self.k = kernel_size or eca_kernel_size(channels)
        if self.k % 2 == 0:
            raise ValueError("k must be odd")

    def forward(self, x):
        conv = nn.Conv1d(1, 1, self.k, padding=self.k // 2, bias=False)
        y = torch.sigmoid(conv(x.mean((2, 3)).unsqueeze(1)))
        return x * y.transpose(1, 2).unsqueeze(-1)
