# expect: You read the axis B * nW as if the images were the inner part
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    """Grids from their windows, (B * nW, wh, ww, C) -> (B, H, W, C)."""
    wh, ww = window_size
    H, W = image_size
    if H % wh != 0 or W % ww != 0:
        raise ValueError("windows do not divide the image")
    C = windows.shape[-1]
    x = windows.reshape(H // wh, W // ww, -1, wh, ww, C)
    x = x.permute(2, 0, 3, 1, 4, 5)
    return x.reshape(-1, H, W, C)
