# advanced indexing with row and column numbers
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    (wh, ww), (H, W) = window_size, x.shape[1:3]
    if H % wh or W % ww:
        raise ValueError(f"{H} x {W} cannot be cut into {wh} x {ww}")
    rows = torch.arange(H, device=x.device).reshape(-1, 1, wh, 1)
    columns = torch.arange(W, device=x.device).reshape(1, -1, 1, ww)
    return x[:, rows, columns].flatten(0, 2)
