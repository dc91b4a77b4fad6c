# expect: column by column
def window_reverse(windows, window_size, image_size):
    (H, W), (h, w) = image_size, window_size
    if H % h or W % w:
        raise ValueError("no")
    x = windows.reshape(-1, W // w, H // h, h, w, windows.shape[3])
    return x.permute(0, 2, 3, 1, 4, 5).reshape(-1, H, W, windows.shape[3])
