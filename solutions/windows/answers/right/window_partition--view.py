def window_partition(x, window_size):
    B, H, W, C = x.shape
    if H % window_size[0] or W % window_size[1]:
        raise ValueError(f"{(H, W)} is not divisible by {window_size}")
    x = x.contiguous().view(B, H // window_size[0], window_size[0], W // window_size[1], window_size[1], C)
    windows = x.permute(0, 1, 3, 2, 4, 5).contiguous()
    return windows.view(-1, window_size[0], window_size[1], C)
