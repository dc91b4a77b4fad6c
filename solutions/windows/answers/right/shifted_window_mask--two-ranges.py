# the border between the first two ranges is a border of windows anyway
import torch


def shifted_window_mask(image_size, window_size, shift_size):
    H, W = image_size
    rows = (torch.arange(H) >= H - shift_size[0]).int()
    cols = (torch.arange(W) >= W - shift_size[1]).int()
    regions = (2 * rows[:, None] + cols[None, :]).view(1, H, W, 1)
    w = window_partition(regions, window_size).reshape(-1, window_size[0] * window_size[1])
    mask = torch.zeros(w.shape[0], w.shape[1], w.shape[1])
    mask[w.unsqueeze(2) != w.unsqueeze(1)] = -100
    return mask
