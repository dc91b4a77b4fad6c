# expect: split the axes as
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("no")
    return x.reshape(B, wh, H // wh, ww, W // ww, C).permute(0, 1, 3, 2, 4, 5).reshape(-1, wh, ww, C)
