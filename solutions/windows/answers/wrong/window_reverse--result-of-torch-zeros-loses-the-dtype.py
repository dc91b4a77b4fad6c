# expect: follow the input's dtype
def window_reverse(
    windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]
) -> torch.Tensor:
    wh, ww = window_size
    H, W = image_size
    if H % wh or W % ww:
        raise ValueError("windows do not divide the image")
    nW = (H // wh) * (W // ww)
    B, C = windows.shape[0] // nW, windows.shape[-1]
    out = torch.zeros(B, H, W, C, device=windows.device)
    parts = windows.reshape(B, nW, wh, ww, C)
    n = 0
    for i in range(0, H, wh):
        for j in range(0, W, ww):
            out[:, i:i + wh, j:j + ww] = parts[:, n]
            n += 1
    return out
