import torch


def window_reverse(windows, window_size, image_size):
    H, W = image_size
    h, w = window_size
    if H % h or W % w:
        raise ValueError("does not fit")
    rows = H // h
    cols = W // w
    bands = []
    x = windows.reshape(-1, rows, cols, h, w, windows.shape[-1])
    for i in range(rows):
        bands.append(torch.cat([x[:, i, j] for j in range(cols)], dim=2))
    return torch.cat(bands, dim=1)
