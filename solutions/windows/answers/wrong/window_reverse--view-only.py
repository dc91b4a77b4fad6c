# expect: `reshape` or `view` alone
def window_reverse(windows, window_size, image_size):
    if image_size[0] % window_size[0] or image_size[1] % window_size[1]:
        raise ValueError("no")
    return windows.reshape(-1, image_size[0], image_size[1], windows.shape[3])
