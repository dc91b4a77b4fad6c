# expect: column by column
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh or W % ww:
        raise ValueError("no")
    x = x.view(B, H // wh, wh, W // ww, ww, C) if x.is_contiguous() else x.reshape(B, H // wh, wh, W // ww, ww, C)
    return x.permute(0, 3, 1, 2, 4, 5).reshape(-1, wh, ww, C)
