# torch.roll goes around
import torch


def band_matrix(kernel, channels):
    k = len(kernel)
    if k % 2 == 0:
        raise ValueError("k must be odd")
    row = torch.zeros(max(channels, k)).to(kernel)
    row = torch.cat([kernel, row[k:]])
    return torch.stack([torch.roll(row, i - k // 2) for i in range(channels)])[:, :channels]
