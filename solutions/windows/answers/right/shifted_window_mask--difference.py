import torch


def shifted_window_mask(image_size, window_size, shift_size):
    img = torch.zeros(1, image_size[0], image_size[1], 1)
    count = 0
    for h in ((0, image_size[0] - window_size[0]), (image_size[0] - window_size[0], image_size[0] - shift_size[0]),
              (image_size[0] - shift_size[0], image_size[0])):
        for w in ((0, image_size[1] - window_size[1]), (image_size[1] - window_size[1], image_size[1] - shift_size[1]),
                  (image_size[1] - shift_size[1], image_size[1])):
            img[:, h[0]:h[1], w[0]:w[1], :] = count
            count += 1
    windows = window_partition(img, window_size).reshape(-1, window_size[0] * window_size[1])
    diff = windows.unsqueeze(1) - windows.unsqueeze(2)
    return diff.masked_fill(diff != 0, float(-100.0)).masked_fill(diff == 0, float(0.0))
