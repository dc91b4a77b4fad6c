# expect: behind the channels
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("no")
    return x.unfold(1, wh, wh).unfold(2, ww, ww).reshape(-1, wh, ww, C)
