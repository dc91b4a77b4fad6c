def window_reverse(windows, window_size, image_size):
    nh, rest_h = divmod(image_size[0], window_size[0])
    nw, rest_w = divmod(image_size[1], window_size[1])
    if rest_h != 0 or rest_w != 0:
        raise ValueError(f"{image_size} / {window_size}")
    B = windows.shape[0] // (nh * nw)
    x = windows.reshape(B, nh, nw, window_size[0], window_size[1], -1)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(B, image_size[0], image_size[1], -1)
