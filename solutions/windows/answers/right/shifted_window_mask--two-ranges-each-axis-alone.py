# two ranges only (question 1), rows and columns compared apart, without window_partition
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    def pairs(n, w, s):
        came = (torch.arange(n) >= n - s).reshape(n // w, w)
        return came[:, :, None] == came[:, None, :]          # windows, w, w

    down, across = [pairs(n, w, s) for n, w, s in zip(image_size, window_size, shift_size)]
    meet = down[:, None, :, None, :, None] & across[None, :, None, :, None, :]
    N = window_size[0] * window_size[1]
    return (~meet).reshape(-1, N, N) * -100.0
