import torch


def window_partition(x, window_size):
    H, W = x.shape[1], x.shape[2]
    h, w = window_size
    if H % h != 0 or W % w != 0:
        raise ValueError("window size must divide the image: %s, %s" % ((H, W), window_size))
    tiles = x.unfold(1, h, h).unfold(2, w, w)  # (B, H/h, W/w, C, h, w)
    return tiles.permute(0, 1, 2, 4, 5, 3).reshape(-1, h, w, x.shape[3])
