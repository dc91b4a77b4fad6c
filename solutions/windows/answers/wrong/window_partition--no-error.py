# expect: ValueError
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    return x.reshape(B, H // wh, wh, W // ww, ww, C).permute(0, 1, 3, 2, 4, 5).reshape(-1, wh, ww, C)
