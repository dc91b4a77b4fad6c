# expect: The first attention gets the mask as it is
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

    def sizes(self, image_size):
        stripe, shift = [], []
        for n, s, g in zip(image_size, self.stripe_size, self.stripe_groups):
            if g is None:
                stripe.append(s)
                shift.append(s // 2)
            else:
                stripe.append(n // g)
                shift.append(0 if g == 1 else n // (2 * g))
        if not self.shift:
            shift = [0, 0]
        return tuple(stripe), tuple(shift)

    def forward(self, qkv, anchor, image_size):
        d = self.down_factor
        stripe, (down, right) = self.sizes(image_size)
        a_stripe = (stripe[0] // d, stripe[1] // d)

        table = relative_coords_table(stripe, d, dtype=qkv.dtype).to(qkv.device)
        index_in = relative_position_index(stripe, d, from_anchor=True).to(qkv.device)
        index_out = relative_position_index(stripe, d).to(qkv.device)
        mask_in = mask_out = None
        if down or right:
            mask_out = anchor_mask(image_size, stripe, (down, right), d).to(qkv)
            mask_in = mask_out

        grid = qkv.unflatten(1, tuple(image_size)).roll((-down, -right), dims=(1, 2))
        anchor = anchor.roll((-(down // d), -(right // d)), dims=(1, 2))
        windows = window_partition(grid, stripe).flatten(1, 2)
        q, k, v = windows.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        a = window_partition(anchor, a_stripe).flatten(1, 2)
        a = a.unflatten(2, (self.num_heads, -1)).transpose(1, 2)

        z = cosine_attention(a, k, v, lambda c: self.transform_in(c, table, index_in, mask_in))
        y = cosine_attention(q, a, z, lambda c: self.transform_out(c, table, index_out, mask_out))

        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        grid = window_reverse(y, stripe, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)
