# expect: round half of a stripe up
class AnchoredStripeAttention(nn.Module):
    def __init__(
        self,
        num_heads: int,
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        self.num_heads, self.down_factor, self.shift = num_heads, down_factor, shift
        self.stripe_size, self.stripe_groups = stripe_size, stripe_groups
        self.transform_in = AffineTransform(num_heads)
        self.transform_out = AffineTransform(num_heads)

    def forward(
        self, qkv: torch.Tensor, anchor: torch.Tensor, image_size: tuple[int, int]
    ) -> torch.Tensor:
        stripe, shift, d = [], [], self.down_factor
        for n, size, groups in zip(image_size, self.stripe_size, self.stripe_groups):
            stripe.append(size if groups is None else n // groups)
            half = (stripe[-1] + 1) // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)
            shift.append(half if self.shift else 0)

        table = relative_coords_table(stripe, d, dtype=qkv.dtype).to(qkv.device)
        index_in = relative_position_index(stripe, d, from_anchor=True).to(qkv.device)
        index_out = relative_position_index(stripe, d).to(qkv.device)
        mask_in = mask_out = None
        if self.shift:
            mask_out = anchor_mask(image_size, stripe, shift, d).to(qkv)
            mask_in = mask_out.transpose(1, 2)

        def heads(grid, factor, parts):  # (parts, B * nW, h, N or A, C / h)
            grid = grid.roll([-(s // factor) for s in shift], dims=(1, 2))
            windows = window_partition(grid, [n // factor for n in stripe]).flatten(1, 2)
            return windows.unflatten(2, (parts, self.num_heads, -1)).permute(2, 0, 3, 1, 4)

        q, k, v = heads(qkv.unflatten(1, tuple(image_size)), 1, 3)
        a = heads(anchor, d, 1)[0]

        def gather(q, k, v, transform, index, mask):
            return cosine_attention(q, k, v, lambda t: transform(t, table, index, mask))

        z = gather(a, k, v, self.transform_in, index_in, mask_in)
        y = gather(q, a, z, self.transform_out, index_out, mask_out)
        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        return window_reverse(y, stripe, image_size).roll(shift, dims=(1, 2)).flatten(1, 2)
