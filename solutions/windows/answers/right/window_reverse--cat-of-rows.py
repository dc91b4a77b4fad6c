# torch.cat of windows to strips, and of strips to images
def window_reverse(windows: torch.Tensor, window_size: tuple[int, int], image_size: tuple[int, int]) -> torch.Tensor:
    wh, ww = window_size
    H, W = image_size
    if H % wh or W % ww:
        raise ValueError
    images = []
    for mine in windows.split((H // wh) * (W // ww)):
        strips = [torch.cat(tuple(strip), dim=1) for strip in mine.split(W // ww)]
        images.append(torch.cat(strips, dim=0))
    return torch.stack(images)
