# expect: The ranges of the columns cut your rows
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    regions, number = torch.zeros(1, 1, *image_size), 0
    (h, w), (down, right) = window_size, shift_size
    for rows in (slice(0, -h), slice(-h, -down), slice(-down, None)):
        for columns in (slice(0, -w), slice(-w, -right), slice(-right, None)):
            regions[:, rows, columns] = number
            number += 1
    cells = window_partition(regions.permute(0, 2, 3, 1), window_size).flatten(1)
    return torch.where(cells[:, :, None] == cells[:, None, :], 0.0, -100.0)
