# fills an empty result window by window, with divmod
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    wh, ww = window_size
    H, W = image_size
    if H % wh or W % ww:
        raise ValueError(f"{window_size} does not divide {image_size}")
    per_row, per_image = W // ww, (W // ww) * (H // wh)
    out = windows.new_empty(len(windows) // per_image, H, W, windows.shape[3])
    for number, window in enumerate(windows):
        b, place = divmod(number, per_image)
        i, j = divmod(place, per_row)
        out[b, i * wh:(i + 1) * wh, j * ww:(j + 1) * ww] = window
    return out
