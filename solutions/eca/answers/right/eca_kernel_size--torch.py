# everything as tensors
import torch


def eca_kernel_size(channels, gamma=2, b=1):
    if channels < 1:
        raise ValueError(f"{channels} channels")
    t = ((torch.log2(torch.tensor(float(channels), dtype=torch.float64)) + b) / gamma).abs().floor().long().item()
    if t % 2 == 0:
        t = t + 1
    return t
