# the convolution written out as a sum of shifted means
import torch
import torch.nn.functional as F
from torch import nn


class ECABlock(nn.Module):
    def __init__(self, channels, kernel_size=None):
        super().__init__()
        k = eca_kernel_size(channels) if kernel_size is None else kernel_size
        if k % 2 == 0:
            raise ValueError(k)
        self.conv = nn.Conv1d(1, 1, k, padding=k // 2, bias=False)

    def forward(self, x):
        w = self.conv.weight.flatten()
        half, c = len(w) // 2, x.shape[1]
        padded = F.pad(x.mean((2, 3)), (half, half))
        scores = sum(w[m] * padded[:, m:m + c] for m in range(len(w)))
        return x * torch.sigmoid(scores).reshape(-1, c, 1, 1)
