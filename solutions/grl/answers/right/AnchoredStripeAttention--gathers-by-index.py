# no roll of the data: one index list says which token stands where, scattered back by argsort
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

    def forward(self, qkv, anchor, image_size):
        d, heads, device = self.down_factor, self.num_heads, qkv.device
        stripe, shift = [], []
        for size, groups, n in zip(self.stripe_size, self.stripe_groups, image_size):
            length = size if groups is None else n // groups
            stripe.append(length)
            shift.append(length // 2 if self.shift and groups != 1 else 0)
        small = lambda numbers: tuple(number // d for number in numbers)

        def order(image, window, by):
            places = torch.arange(image[0] * image[1]).reshape(1, *image, 1)
            places = places.roll((-by[0], -by[1]), dims=(1, 2))
            return window_partition(places, window).flatten(1).to(device)  # (nW, N)

        of_tokens = order(image_size, stripe, shift)
        of_anchors = order(small(image_size), small(stripe), small(shift))
        tokens = qkv[:, of_tokens].flatten(0, 1)                # (B nW, N, 3C)
        a = anchor.flatten(1, 2)[:, of_anchors].flatten(0, 1)   # (B nW, A, C)
        q, k, v = (t.unflatten(-1, (heads, -1)).movedim(-2, 1) for t in tokens.chunk(3, dim=-1))
        a = a.unflatten(-1, (heads, -1)).movedim(-2, 1)

        mask = None
        if any(shift):
            mask = anchor_mask(tuple(image_size), tuple(stripe), tuple(shift), d).to(qkv)
        table = relative_coords_table(stripe, d, dtype=qkv.dtype).to(device)
        index = relative_position_index(stripe, d, from_anchor=True).to(device)
        turned = mask if mask is None else mask.permute(0, 2, 1)
        z = cosine_attention(a, k, v, lambda c: self.transform_in(c, table, index, turned))
        index2 = relative_position_index(stripe, d).to(device)
        y = cosine_attention(q, a, z, lambda c: self.transform_out(c, table, index2, mask))

        y = y.movedim(1, -2).flatten(-2).reshape(qkv.shape[0], -1, qkv.shape[2] // 3)
        return y[:, of_tokens.flatten().argsort()]
