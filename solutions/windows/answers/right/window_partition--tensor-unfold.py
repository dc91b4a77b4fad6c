# Tensor.unfold twice, then the channels go last
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    h, w = window_size
    if x.size(1) % h or x.size(2) % w:
        raise ValueError("the windows must divide the grid")
    pieces = x.unfold(1, h, h).unfold(2, w, w)      # B, rows, columns, C, h, w
    return pieces.movedim(3, -1).flatten(0, 2)
