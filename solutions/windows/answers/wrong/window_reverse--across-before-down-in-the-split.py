# expect: across before windows down
def window_reverse(windows, window_size, image_size):
    wh, ww = window_size
    H, W = image_size
    C = windows.shape[-1]
    if H % wh or W % ww:
        raise ValueError("no")
    return windows.reshape(-1, W // ww, H // wh, wh, ww, C).permute(0, 1, 3, 2, 4, 5).reshape(-1, H, W, C)
