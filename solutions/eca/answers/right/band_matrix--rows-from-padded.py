# each row is cut out of a longer row of zeros
import torch


def band_matrix(kernel, channels):
    k = kernel.shape[0]
    if k % 2 == 0:
        raise ValueError("no middle")
    zeros = kernel.new_zeros(channels)
    long = torch.cat([zeros, kernel, zeros])
    start = channels + k // 2
    return torch.stack([long[start - i:start - i + channels] for i in range(channels)])
