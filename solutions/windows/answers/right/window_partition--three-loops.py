# loops over images, rows and columns of windows, and a stack
def window_partition(x, window_size):
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh > 0:
        raise ValueError("height")
    if W % ww > 0:
        raise ValueError("width")
    out = []
    for b in range(B):
        for top in range(0, H, wh):
            for left in range(0, W, ww):
                out.append(x[b, top:top + wh, left:left + ww, :])
    return torch.stack(out)
