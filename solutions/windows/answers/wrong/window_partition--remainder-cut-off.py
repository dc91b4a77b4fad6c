# expect: ValueError
def window_partition(x: torch.Tensor, window_size: tuple[int, int]) -> torch.Tensor:
    B, H, W, C = x.shape
    wh, ww = window_size
    nh, nw = H // wh, W // ww
    x = x[:, :nh * wh, :nw * ww]
    x = x.reshape(B, nh, wh, nw, ww, C).transpose(2, 3)
    return x.reshape(B * nh * nw, wh, ww, C)
