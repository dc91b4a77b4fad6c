# the number of images is computed, transpose instead of permute
def window_reverse(windows, window_size, image_size):
    (wh, ww), (H, W) = window_size, image_size
    if any(n % w for n, w in zip(image_size, window_size)):
        raise ValueError("windows do not divide the image")
    down, across = H // wh, W // ww
    B = windows.size(0) // (down * across)
    grid = windows.reshape(B, down, across, wh, ww, windows.size(-1))
    return grid.transpose(2, 3).contiguous().view(B, H, W, -1)
