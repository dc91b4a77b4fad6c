# expect: `reshape` or `view` alone
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("no")
    return x.reshape(B * (H // wh) * (W // ww), wh, ww, C)
