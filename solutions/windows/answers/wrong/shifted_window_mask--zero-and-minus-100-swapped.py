# expect: Your mask is the wrong way round
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows = torch.zeros(H)
    rows[H - wh:] = 1
    rows[H - sh:] = 2
    columns = torch.zeros(W)
    columns[W - ww:] = 1
    columns[W - sw:] = 2
    regions = 3 * rows[:, None] + columns[None, :]
    cells = window_partition(regions[None, :, :, None], window_size).flatten(1)
    same = cells[:, :, None] == cells[:, None, :]
    return torch.where(same, -100.0, 0.0)
