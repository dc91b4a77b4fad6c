# expect: difference of the two regions
def shifted_window_mask(image_size, window_size, shift_size):
    (H, W), (wh, ww), (sh, sw) = image_size, window_size, shift_size
    rows, columns = torch.arange(H), torch.arange(W)
    r = (rows >= H - wh).long() + (rows >= H - sh)
    c = (columns >= W - ww).long() + (columns >= W - sw)
    if not sh: r = r * 0
    if not sw: c = c * 0
    regions = (3 * r[:, None] + c).float()
    
    cells = window_partition(regions[None, ..., None], window_size).flatten(1)
    return -100.0 * (cells[:, :, None] - cells[:, None]).abs()
