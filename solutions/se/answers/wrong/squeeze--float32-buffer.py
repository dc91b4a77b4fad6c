# expect: come back as float32
# Writes the means into a float32 buffer.
import torch


def squeeze(x):
    out = torch.zeros(x.shape[0], x.shape[1])
    for i in range(x.shape[0]):
        out[i] = x[i].mean(dim=(1, 2))
    return out
