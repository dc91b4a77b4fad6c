# a sum of shifted identities
import torch


def band_matrix(kernel, channels):
    if len(kernel) % 2 == 0:
        raise ValueError(f"k={len(kernel)}")
    half = len(kernel) // 2
    i = torch.arange(channels, device=kernel.device)
    distance = i[None, :] - i[:, None]
    w = torch.zeros(channels, channels).to(kernel)
    for m, value in enumerate(kernel):
        w = w + value * (distance == m - half)
    return w
