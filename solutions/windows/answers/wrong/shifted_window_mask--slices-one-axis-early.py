# expect: one axis too early
import torch


def shifted_window_mask(image_size, window_size, shift_size):
    img = torch.zeros(1, 1, *image_size)
    cnt = 0
    for h in (slice(0, -window_size[0]), slice(-window_size[0], -shift_size[0]), slice(-shift_size[0], None)):
        for w in (slice(0, -window_size[1]), slice(-window_size[1], -shift_size[1]), slice(-shift_size[1], None)):
            img[:, h, w, :] = cnt
            cnt += 1
    x = window_partition(img.permute(0, 2, 3, 1), window_size).flatten(1)
    return torch.where(x[:, None] == x[:, :, None], 0.0, -100.0)
