# expect: minus infinity
import torch


def shifted_window_mask(image_size, window_size, shift_size):
    r = (torch.arange(image_size[0]) >= image_size[0] - shift_size[0]).long()
    c = (torch.arange(image_size[1]) >= image_size[1] - shift_size[1]).long()
    x = window_partition((2 * r[:, None] + c)[None, ..., None], window_size).flatten(1)
    return torch.where(x[:, None] == x[:, :, None], 0.0, float("-inf"))
