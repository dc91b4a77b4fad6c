# expect: swap the two axes of a window
def window_reverse(windows, window_size, image_size):
    wh, ww = window_size
    H, W = image_size
    C = windows.shape[-1]
    if H % wh or W % ww:
        raise ValueError("no")
    return windows.reshape(-1, H // wh, W // ww, wh, ww, C).transpose(3, 4).reshape(-1, H, W, C)
