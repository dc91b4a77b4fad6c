# expect: wrong with a different part of each side
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    # cells are neighbours if they were less than a window apart before the roll
    H, W = image_size
    rows = torch.arange(H)[:, None].expand(H, W)
    cols = torch.arange(W)[None, :].expand(H, W)
    grid = torch.stack([rows, cols], -1).roll((-shift_size[0], -shift_size[1]), dims=(0, 1))
    cells = window_partition(grid[None], window_size).flatten(1, 2)
    distance = (cells[:, :, None] - cells[:, None]).abs()
    near = (distance[..., 0] < window_size[0]) & (distance[..., 1] < window_size[1])
    return torch.where(near, 0.0, -100.0)
