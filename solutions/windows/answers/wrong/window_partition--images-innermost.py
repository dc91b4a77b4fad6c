# expect: Your windows are right
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    """Windows of a batch of grids, (B, H, W, C) -> (B * nW, wh, ww, C)."""
    B, H, W, C = x.shape
    wh, ww = window_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError(f"windows {window_size} do not divide {(H, W)}")
    x = x.reshape(B, H // wh, wh, W // ww, ww, C)
    x = x.permute(1, 3, 0, 2, 4, 5)
    return x.reshape(-1, wh, ww, C)
