# expect: You return a list of tokens
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(-1, H // wh, W // ww, wh, ww, C)
    x = x.permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, H * W, C)
