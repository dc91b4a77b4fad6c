# no regions: two cells may meet if the roll kept the offset between them
def shifted_window_mask(
    image_size: tuple[int, int], window_size: tuple[int, int], shift_size: tuple[int, int]
) -> torch.Tensor:
    (H, W), (sh, sw) = image_size, shift_size
    here = torch.stack(torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij"), dim=-1)[None]
    before = here.roll((-sh, -sw), dims=(1, 2))
    moved = window_partition(before - here, window_size).flatten(1, 2)     # nW, N, 2
    together = (moved[:, :, None] == moved[:, None]).all(-1)
    mask = torch.full(together.shape, -100.0)
    mask[together] = 0.0
    return mask
