# expect: roll the region numbers
def shifted_window_mask(image_size, window_size, shift_size):
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows, columns = torch.arange(H), torch.arange(W)
    r = (rows >= H - wh).long() + (rows >= H - sh)
    c = (columns >= W - ww).long() + (columns >= W - sw)
    if not sh: r = r * 0
    if not sw: c = c * 0
    regions = (3 * r[:, None] + c).float()
    regions = regions.roll((sh, sw), (0, 1))
    cells = window_partition(regions[None, ..., None], window_size).flatten(1)
    return torch.where(cells[:, :, None] == cells[:, None], 0.0, -100.0)
