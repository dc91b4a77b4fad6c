# expect: the window's height for both sides
def window_partition(x, window_size):
    s = window_size[0]
    B, H, W, C = x.shape
    if H % s or W % s:
        raise ValueError("no")
    return x.reshape(B, H // s, s, W // s, s, C).transpose(2, 3).reshape(-1, s, s, C)
