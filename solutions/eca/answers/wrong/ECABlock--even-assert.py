# expect: AssertionError
# an assert, not a ValueError
import torch
from torch import nn


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = kernel_size or eca_kernel_size(channels)
        assert k % 2 == 1
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x):
        y = x.mean((2, 3)).unsqueeze(1)
        y = torch.sigmoid(self.conv(y))
        return x * y.transpose(1, 2).unsqueeze(-1)
