# expect: the same number
import torch


def shifted_window_mask(image_size, window_size, shift_size):
    parts = []
    for n, w, s in zip(image_size, window_size, shift_size):
        i = torch.arange(n)
        parts.append((i >= n - w).long() + (i >= n - s).long())
    regions = parts[0][:, None] + parts[1]
    x = window_partition(regions[None, ..., None], window_size).flatten(1)
    return -100.0 * (x[:, None] != x[:, :, None])
