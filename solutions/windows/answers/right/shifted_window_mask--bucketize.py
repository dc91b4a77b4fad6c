# torch.bucketize finds the range of every row and column
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    def ranges(n, w, s):
        return torch.bucketize(torch.arange(n), torch.tensor([n - w, n - s]), right=True)

    row, column = (ranges(*sizes) for sizes in zip(image_size, window_size, shift_size))
    picture = torch.add(3 * row.unsqueeze(1), column.unsqueeze(0))
    cell = window_partition(picture.view(1, *image_size, 1), window_size).flatten(1)
    return -100.0 * (cell.unsqueeze(2) != cell.unsqueeze(1)).float()
