"""What learners write for `AnchoredStripeAttention`."""

from autograder.lessons.catalogue import Mistake, Wrong
from autograder.lessons.families import attention_dropout

RIGHT = {
    "WindowAttention-extended": """
# the lesson 08b code with a second grid, helper method for the sizes
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
            mask_in = mask_out.transpose(1, 2)

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
""",
    "as-on-the-page": """
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
            half = stripe[-1] // 2 if groups is None else n // (2 * groups)
            shift.append(half if self.shift and groups != 1 else 0)

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
""",
    "explicit-softmax-by-hand": """
# stable softmax by hand, cosine by hand, einsum for all four products
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
        B, L, C3 = qkv.shape
        C, h, d = C3 // 3, self.num_heads, self.down_factor
        H, W = image_size
        ss, sh = list(self.stripe_size), [0, 0]
        for i in range(2):
            g = self.stripe_groups[i]
            if g is not None:
                ss[i] = image_size[i] // g
            if self.shift and g != 1:
                sh[i] = ss[i] // 2
        N, A = ss[0] * ss[1], (ss[0] // d) * (ss[1] // d)
        table = relative_coords_table(ss, d, dtype=qkv.dtype).to(qkv.device)
        idx_a = relative_position_index(tuple(ss), d, True).to(qkv.device)
        idx_t = relative_position_index(tuple(ss), d, False).to(qkv.device)
        mask = None
        if sum(sh) > 0:
            mask = anchor_mask((H, W), tuple(ss), tuple(sh), d).to(qkv.device, qkv.dtype)

        x = torch.roll(qkv.reshape(B, H, W, C3), shifts=(-sh[0], -sh[1]), dims=(1, 2))
        t = window_partition(x, ss).reshape(-1, N, 3, h, C // h)
        q = t[:, :, 0].transpose(1, 2)
        k = t[:, :, 1].transpose(1, 2)
        v = t[:, :, 2].transpose(1, 2)
        an = torch.roll(anchor, shifts=(-(sh[0] // d), -(sh[1] // d)), dims=(1, 2))
        a = window_partition(an, (ss[0] // d, ss[1] // d)).reshape(-1, A, h, C // h).transpose(1, 2)

        def unit_length(t):
            return t / torch.linalg.vector_norm(t, dim=-1, keepdim=True).clamp_min(1e-12)

        def probabilities(logits):
            e = torch.exp(logits - logits.amax(-1, keepdim=True))
            return e / e.sum(-1, keepdim=True)

        q, k, a = unit_length(q), unit_length(k), unit_length(a)
        to_anchor = torch.einsum("whad,whnd->whan", a, k)
        m_d = probabilities(self.transform_in(to_anchor, table, idx_a, None if mask is None else mask.mT))
        z = torch.einsum("whan,whnd->whad", m_d, v)
        to_token = torch.einsum("whnd,whad->whna", q, a)
        m_e = probabilities(self.transform_out(to_token, table, idx_t, mask))
        y = torch.einsum("whna,whad->whnd", m_e, z)

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)
""",
}

MISTAKES = (
    Mistake("stripes-transforms-exchanged",
            "The two transforms have changed places. transform_in belongs to the first attention, in which anchors "
            "gather from tokens, and transform_out belongs to the second.",
            {"self.transform_in(cosine, table, index_in, mask_in)":
                 "self.transform_out(cosine, table, index_in, mask_in)",
             "self.transform_out(cosine, table, index_out, mask_out)":
                 "self.transform_in(cosine, table, index_out, mask_out)"}),
    Mistake("stripes-one-transform",
            "Both attentions use transform_in. The second has a transform of its own, transform_out.",
            {"self.transform_out(cosine, table, index_out, mask_out)":
                 "self.transform_in(cosine, table, index_out, mask_out)"}),
    Mistake("stripes-other-transform",
            "Both attentions use transform_out. The first has a transform of its own, transform_in.",
            {"self.transform_in(cosine, table, index_in, mask_in)":
                 "self.transform_out(cosine, table, index_in, mask_in)"}),
    Mistake("stripes-anchors-as-values",
            "In the second attention you use the anchors as values, so the tokens get the anchors themselves. Use z, "
            "the first attention's result: cosine_attention(q, anchors, z, ...).",
            {"cosine_attention(q, a, y, to_token)": "cosine_attention(q, a, a, to_token)"}, hint=3),
    Mistake("stripes-queries-gathered-from",
            "In the first attention you compare the anchors with the queries. Compare them with the keys: "
            "cosine_attention(anchors, k, v, ...).",
            {"cosine_attention(a, k, v, to_anchor)": "cosine_attention(a, q, v, to_anchor)"}, hint=3),
    Mistake("stripes-keys-ask",
            "In the second attention you use the keys as queries. Use the queries themselves: cosine_attention(q, "
            "anchors, z, ...).", {"cosine_attention(q, a, y, to_token)": "cosine_attention(k, a, y, to_token)"},
            hint=3),
    Mistake("stripes-index-transposed",
            "In the first attention you use the second attention's index, transposed. Its offsets point the other "
            "way. Use relative_position_index(stripe, d, from_anchor=True).",
            {"relative_position_index(stripe, d, from_anchor=True).to(like.device)":
                 "relative_position_index(stripe, d).T.to(like.device)"}),
    Mistake("stripes-indices-exchanged",
            "You have swapped the two indices, and transposed each of them to fit. In the first attention anchors "
            "look at tokens: use the index with from_anchor=True there. Transpose neither of the two.",
            {"relative_position_index(stripe, d, from_anchor=True).to(like.device)":
                 "relative_position_index(stripe, d).T.to(like.device)",
             "relative_position_index(stripe, d).to(like.device)":
                 "relative_position_index(stripe, d, from_anchor=True).T.to(like.device)"}),
    Mistake("stripes-mask-not-transposed",
            "The first attention gets the mask as it is, (nW, N, A). In this attention the rows are anchors. Give it "
            "the transposed mask, (nW, A, N).", {"mask_out.transpose(1, 2)": "mask_out"}),
    Mistake("stripes-mask-of-another-stripe",
            "With two images, some stripes get the masks of other stripes. The batch holds all stripes of the first "
            "image, then all of the second. Repeat the whole list of masks (`repeat`), not each mask "
            "(`repeat_interleave`).",
            {"self.transform_in(cosine, table, index_in, mask_in)":
                 "self.transform_in(cosine, table, index_in) + (0 if mask_in is None else "
                 "mask_in.repeat_interleave(len(cosine) // len(mask_in), dim=0)[:, None])",
             "self.transform_out(cosine, table, index_out, mask_out)":
                 "self.transform_out(cosine, table, index_out) + (0 if mask_out is None else "
                 "mask_out.repeat_interleave(len(cosine) // len(mask_out), dim=0)[:, None])"}),
    Mistake("stripes-table-without-factor",
            "Your table is made without down_factor, so it has a cell for each offset between two tokens. The index "
            "needs a cell for each offset between a token and an anchor: pass down_factor.",
            {"relative_coords_table(stripe, d, dtype=like.dtype).to(like.device)":
                 "relative_coords_table(stripe, dtype=like.dtype).to(like.device)"}),
    Mistake("stripes-not-rolled-back",
            "You do not roll the result back, so each token gets the result of a token half a stripe away. Roll the "
            "result by plus the shift.",
            {"roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)":
                 "grid_of_windows(y, stripe, image_size).flatten(1, 2)"}, hint=1),
    Mistake("stripes-rolled-twice",
            "You roll by minus the shift both times. Roll the result back in the other direction, by plus the shift.",
            {"roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)":
                 "roll(grid_of_windows(y, stripe, image_size), negative(shift)).flatten(1, 2)"}, hint=1),
    Mistake("stripes-rolled-the-other-way",
            "You roll by plus the shift before the attention, and by minus the shift after it. Do it the other way "
            "round, because the mask is made for an image that was rolled by minus the shift.",
            {"roll(as_grid(qkv, image_size), negative(shift))": "roll(as_grid(qkv, image_size), shift)",
             "roll(anchor, negative(anchor_shift))": "roll(anchor, anchor_shift)",
             "roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)":
                 "roll(grid_of_windows(y, stripe, image_size), negative(shift)).flatten(1, 2)"}),
    Mistake("stripes-anchors-not-rolled",
            "You roll the tokens but not the anchors, so a stripe uses anchors from a different place. Roll the "
            "anchors by minus shift // d.", {"roll(anchor, negative(anchor_shift))": "anchor"}, hint=1),
    Mistake("stripes-anchors-rolled-too-far",
            "You roll the anchors by as many cells as the tokens. The anchors' grid is d times coarser: roll them by "
            "shift // d.", {"(shift[0] // d, shift[1] // d)": "shift"}, hint=2),
    Mistake("stripes-anchors-rolled-by-half-their-stripe",
            "You roll the anchors by half of their own stripe, or by (-shift) // d, which rounds away from 0. Divide "
            "first: -(shift // d).", {"(shift[0] // d, shift[1] // d)": "tuple(-(-s // d) for s in shift)"}, hint=2),
    Mistake("stripes-mask-in-second-only",
            "Only the second attention has a mask, so the anchors gather from both ends of the image. The first one "
            "needs it too, transposed.",
            {"self.transform_in(cosine, table, index_in, mask_in)":
                 "self.transform_in(cosine, table, index_in, None)"}),
    Mistake("stripes-mask-in-first-only",
            "Only the first attention has a mask, so tokens look at anchors from the other end of the image. The "
            "second one needs it too.",
            {"self.transform_out(cosine, table, index_out, mask_out)":
                 "self.transform_out(cosine, table, index_out, None)"}),
    Mistake("stripes-shift-ignored",
            "The argument `shift` has no effect. Either you roll nothing, or you roll by whole stripes, which "
            "changes nothing. Roll by half a stripe, unless stripe_groups asks for one *group*.",
            {"tuple(shifts) if self.shift else (0, 0)": "(0, 0)"}),
    Mistake("stripes-always-shifted",
            "You roll the image although shift is False. Without a shift, nothing should be rolled.",
            {"tuple(shifts) if self.shift else (0, 0)": "tuple(shifts)"}),
    Mistake("stripes-always-shifted-and-masked",
            "You roll the image although shift is False. Without a shift, nothing should be rolled.",
            {"tuple(shifts) if self.shift else (0, 0)": "tuple(shifts)",
             "        if self.shift:\n": """        if True:
"""}),
    Mistake("stripes-shifted-along-rows", "You shift along the height only. Shift both axes.",
            {"tuple(shifts) if self.shift else (0, 0)": "(shifts[0], 0) if self.shift else (0, 0)"}, hint=2),
    Mistake("stripes-shifted-along-columns", "You shift along the width only. Shift both axes.",
            {"tuple(shifts) if self.shift else (0, 0)": "(0, shifts[1]) if self.shift else (0, 0)"}, hint=2),
    Mistake("stripes-full-axis-not-shifted",
            "If stripe_size is as long as the axis, your code does not shift that axis. The shift is 0 only if "
            "stripe_groups asks for one *group*. Stripes given by stripe_size are always shifted by half.",
            {"size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)":
                 "0 if groups is None and size == n else size // 2 if groups is None else 0 if groups == 1 else n "
                 "// (2 * groups)"}, hint=2),
    Mistake("stripes-shift-rounded-up",
            "Your shift is half of a stripe, rounded up. If the stripe's side is odd, round the shift down: s // 2.",
            {"size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)":
                 "(size + 1) // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)"}, hint=2),
    Mistake("stripes-shift-a-multiple-of-d",
            "You round the shift of the tokens to a multiple of d. Keep it at half of the stripe; only the anchors' "
            "shift is divided by d.",
            {"tuple(shifts) if self.shift else (0, 0)":
                 "tuple(s // self.down_factor * self.down_factor for s in shifts) if self.shift else (0, 0)"}, hint=2),
    Mistake("stripes-mask-needs-both-shifts",
            "You use the mask only if both axes are shifted. Use it whenever `shift` is True, because one shifted "
            "axis is enough.",
            {"        if self.shift:\n": """        if self.shift and min(shift) > 0:
"""}),
    Mistake("stripes-one-group-shifted",
            "If there is one group, which spans the whole axis, you shift by half of the axis. With one group the "
            "shift should be 0.",
            {"size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)":
                 "size // 2 if groups is None else n // (2 * groups)"}, hint=2),
    Mistake("stripes-groups-not-shifted",
            "If stripes are given by the number of groups, your code does not shift them. Or it shifts them by whole "
            "stripes, which changes nothing. The shift should be n // (2g), or 0 if there is only one group.",
            {"size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)":
                 "size // 2 if groups is None else 0"}, hint=2),
    Mistake("stripes-one-stripe-not-shifted",
            "Your code does not shift an axis if its stripe_size equals the image's side, even if stripe_groups is "
            "given. The shift is 0 only if stripe_groups asks for one *group*. Stripes given by stripe_size are "
            "always shifted by half.",
            {"size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)":
                 "0 if n == size else size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)"},
            hint=2),
    Mistake("stripes-groups-as-size",
            "You use stripe_groups as the length of a stripe. It is the number of stripes, each n // g long.",
            {"size if groups is None else n // groups": "size if groups is None else groups"}),
    Mistake("stripes-size-wins",
            "If an axis has both a size and groups, you take the size. In that case take the groups, and ignore the "
            "size.",
            {"size if groups is None else n // groups": "n // groups if size is None else size",
             "size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups)":
                 "size // 2 if size is not None else 0 if groups == 1 else n // (2 * groups)"}, hint=2),
    Mistake("stripes-groups-of-the-other-axis",
            "You divide the wrong side by the groups: the first number of groups belongs to the height, and the "
            "second to the width.",
            {"size if groups is None else n // groups":
                 "size if groups is None else (image_size[1] if n == image_size[0] else image_size[0]) // groups"},
            hint=2),
    Mistake("stripes-heads-outside",
            "You split the 3C channels as (heads, 3, head width). Split them into [q | k | v] first, and then each "
            "of the three into heads.",
            {"windows_of_heads(grid, stripe, 3, self.num_heads)":
                 "window_partition(grid, stripe).flatten(1, 2).unflatten(2, (self.num_heads, 3, -1)).permute(3, 0, "
                 "2, 1, 4)"}),
    Mistake("stripes-heads-inside",
            "The heads of your anchors take channels that are far apart: you read (head width, heads). Read (heads, "
            "head width), as for the tokens.",
            {"windows_of_heads(roll(anchor, negative(anchor_shift)), anchor_stripe, 1, self.num_heads)[0]":
                 "window_partition(roll(anchor, negative(anchor_shift)), anchor_stripe).flatten(1, 2).unflatten(2, "
                 "(-1, self.num_heads)).permute(0, 3, 1, 2)"}),
    Mistake("stripes-anchor-heads-by-reshape",
            "You make the heads of the anchors with `reshape` or `view` alone, which mixes anchors and channels. "
            "Split the channels, then transpose.",
            {"windows_of_heads(roll(anchor, negative(anchor_shift)), anchor_stripe, 1, self.num_heads)[0]":
                 "(lambda t: t.reshape(len(t), self.num_heads, t.shape[1], -1))(window_partition(roll(anchor, "
                 "negative(anchor_shift)), anchor_stripe).flatten(1, 2))"}),
    Mistake("stripes-axes-of-roll", "You roll along the wrong axes. The image's axes in (B, H, W, C) are dims=(1, 2).",
            {"roll(as_grid(qkv, image_size), negative(shift))":
                 "torch.roll(as_grid(qkv, image_size), negative(shift), dims=(0, 1))",
             "roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)":
                 "torch.roll(grid_of_windows(y, stripe, image_size), shift, dims=(0, 1)).flatten(1, 2)"}),
    Mistake("stripes-no-transform",
            "The cosines of the first attention go into the softmax as they are. Give cosine_attention a function "
            "that calls self.transform_in.",
            {"cosine_attention(a, k, v, to_anchor)": "cosine_attention(a, k, v, lambda cosine: cosine)"}),
    Mistake("stripes-grid", "You return the grid, (B, H, W, C). Return tokens, (B, L, C).",
            {"roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)":
                 "roll(grid_of_windows(y, stripe, image_size), shift)"}),
    attention_dropout("stripes-dropout",
                      {"roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)":
                           "F.dropout(roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2), 0.1, "
                           "self.training)"}),
)

WRONG = (
    Wrong("both-shifts-from-the-height",
          {"= ss[i": "= ss[0",
           """def unit_length(t):
            return t / torch.linalg.vector_norm(t, dim=-1, keepdim=True).clamp_min(1e-12)

        def probabilities(logits):
            e = torch.exp(logits - logits.amax(-1, keepdim=True))
            return e / e.sum(-1, keepdim=True)

        q, k, a = unit_length(q), unit_length(k), unit_length(a)
        to_anchor = torch.einsum("whad,whnd->whan", a, k)""":
               "q, k, an = (F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1))",
           "probabilities(self.transform_in(to_anchor, table, idx_a, None if mask is None else mask.mT))":
               "self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)",
           """z = torch.einsum("whan,whnd->whad", m_d, v)
        to_token = torch.einsum("whnd,whad->whna", q, a)""": "z = m_d.softmax(dim=-1) @ v",
           "probabilities(self.transform_out(to_token, table, idx_t, mask))":
               "self.transform_out(q @ an.mT, table, idx_t, mask)",
           'y = torch.einsum("whna,whad->whnd", m_e, z)': "y = m_e.softmax(dim=-1) @ z"},
          of="explicit-softmax-by-hand", says="a window of 2 cannot be shifted by 3"),
    Wrong("index-of-the-first-image",
          {"index_in = relative_position_index(stripe, d, from_anchor=True).to(qkv.device)":
               """if not hasattr(self, 'index_in'):
            self.index_in = relative_position_index(stripe, d, from_anchor=True).to(qkv.device)""",
           "index_in,": "self.index_in,"}, of="as-on-the-page",
          says="wrong after a call on the same module with inputs of other sizes"),
    Wrong("masks-of-the-first-image",
          {"""mask_in = mask_out = None
        if self.shift:
            mask_out = anchor_mask(image_size, stripe, shift, d).to(qkv)
            mask_in = mask_out.transpose(1, 2)""": """if not hasattr(self, 'mask'):
            self.mask = anchor_mask(image_size, stripe, shift, d).to(qkv) if self.shift else None
        mask_out = self.mask
        mask_in = None if mask_out is None else mask_out.transpose(1, 2)"""}, of="as-on-the-page",
          says="wrong after a call on the same module with inputs of other sizes"),
    Wrong("scaled-dot-products-instead-of-cosines",
          {"""def unit_length(t):
            return t / torch.linalg.vector_norm(t, dim=-1, keepdim=True).clamp_min(1e-12)

        def probabilities(logits):
            e = torch.exp(logits - logits.amax(-1, keepdim=True))
            return e / e.sum(-1, keepdim=True)

        q, k, a = unit_length(q), unit_length(k), unit_length(a)
        to_anchor = torch.einsum("whad,whnd->whan", a, k)""":
               "q, k, an = (q * (C // h) ** (-0.5), k, a * (C // h) ** (-0.5))",
           "probabilities(self.transform_in(to_anchor, table, idx_a, None if mask is None else mask.mT))":
               "self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)",
           """z = torch.einsum("whan,whnd->whad", m_d, v)
        to_token = torch.einsum("whnd,whad->whna", q, a)""": "z = m_d.softmax(dim=-1) @ v",
           "probabilities(self.transform_out(to_token, table, idx_t, mask))":
               "self.transform_out(q @ an.mT, table, idx_t, mask)",
           'y = torch.einsum("whna,whad->whnd", m_e, z)': "y = m_e.softmax(dim=-1) @ z"},
          of="explicit-softmax-by-hand", says="in the input of `transform_in`"),
    Wrong("shift-is-the-whole-stripe",
          {"ss[i] // 2": "ss[i]",
           """def unit_length(t):
            return t / torch.linalg.vector_norm(t, dim=-1, keepdim=True).clamp_min(1e-12)

        def probabilities(logits):
            e = torch.exp(logits - logits.amax(-1, keepdim=True))
            return e / e.sum(-1, keepdim=True)

        q, k, a = unit_length(q), unit_length(k), unit_length(a)
        to_anchor = torch.einsum("whad,whnd->whan", a, k)""":
               "q, k, an = (F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1))",
           "probabilities(self.transform_in(to_anchor, table, idx_a, None if mask is None else mask.mT))":
               "self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)",
           """z = torch.einsum("whan,whnd->whad", m_d, v)
        to_token = torch.einsum("whnd,whad->whna", q, a)""": "z = m_d.softmax(dim=-1) @ v",
           "probabilities(self.transform_out(to_token, table, idx_t, mask))":
               "self.transform_out(q @ an.mT, table, idx_t, mask)",
           'y = torch.einsum("whna,whad->whnd", m_e, z)': "y = m_e.softmax(dim=-1) @ z"},
          of="explicit-softmax-by-hand", says="cannot be shifted"),
    Wrong("table-of-the-first-image",
          {"table = relative_coords_table(stripe, d, dtype=qkv.dtype).to(qkv.device)":
               """if not hasattr(self, 'table'):
            self.table = relative_coords_table(stripe, d, dtype=qkv.dtype).to(qkv.device)""",
           "table,": "self.table,"}, of="as-on-the-page",
          says="wrong after a call on the same module with inputs of other sizes"),
    Wrong("transform_in-never-called", {"self.transform_in(c, table, index_in, mask_in)": "10 * c"},
          of="WindowAttention-extended", says="made and never called"),
    Wrong("transforms-in-one-line",
          {"self.transform_in = AffineTransform(num_heads)\n        ": "",
           "self.transform_out = AffineTransform(num_heads)":
               "self.transform_in = self.transform_out = AffineTransform(num_heads)"}, of="as-on-the-page",
          says="`transform_in` and `transform_out` are the same layer under two names"),
)

EQUIVALENT = (
    "5: one round of the loop", "5: arguments 0 and 1 of zip exchanged", "5: zip without strict", "5: True -> False",
    "7: guard left out", "7: an assert", "7: Or -> And", "7: without extent is None", "7: without extent < 1",
    "7: 1 -> 0", "8: raises RuntimeError", "8: raises TypeError", "8: raises Exception", "8: message without numbers",
    "8: no message", "8: printed, not raised", "8: message without stripe_size", "8: message without stripe_groups",
    "19: zip without strict", "19: True -> False", "20: rounded up", "20: rounded to the nearest",
    "20: rounded down, at least 1", "21: rounded down, at least 1", "21: rounded down, at least 1 (2)",
    "22: without gradients", "22: in inference mode", "22: tuple left out", "22: tuple left out (2)",
    "26: anchor detached", "29: 0 -> -1", "30: qkv -> anchor", "30: qkv detached", "35: anchor detached",
    "35: anchor float32", "35: anchor float32 on the way", "35: anchor first of the batch for all",
    "35: anchor mean of the batch for all", "35: anchor read in its order of memory", "35: anchor clamped",
    "35: anchor its absolute value", "35: anchor on the CPU", "35: anchor first column dropped",
    "37: without `_check_anchors_tile(image_size, strip...`", "37: _check_anchors_tile left out",
    "37: image_size -> stripe", "37: stripe -> image_size", "38: guard left out", "38: an assert",
    "38: tuple left out", "38: FloorDiv -> Div", "38: rounded up", "38: rounded to the nearest",
    "38: rounded down, at least 1", "38: FloorDiv -> Div (2)", "38: rounded up (2)", "38: rounded to the nearest (2)",
    "38: rounded down, at least 1 (2)", "39: raises RuntimeError", "39: raises TypeError", "39: raises Exception",
    "39: message without numbers", "39: no message", "39: printed, not raised",
    "39: message without tuple(anchor.shape)", "39: message without tuple(image_size)", "39: message without d",
    "40: without gradients", "40: in inference mode", "42: like detached", "42: like float32 on the way",
    "42: like first of the batch for all", "42: like mean of the batch for all", "42: like last two axes exchanged",
    "42: like batch and channels exchanged", "42: like axes of size 1 removed", "42: like read in its order of memory",
    "42: like clamped", "42: like its absolute value", "42: like first column dropped",
    "44: relative_coords_table(stripe, d, dtyp... detached",
    "44: relative_coords_table(stripe, d, dtyp... detached (2)", "44: like detached", "44: like detached (2)",
    "45: relative_position_index(stripe, d, fr... detached",
    "45: relative_position_index(stripe, d, fr... detached (2)", "45: like detached", "45: to left out",
    "46: relative_position_index(stripe, d).to... detached", "46: relative_position_index(stripe, d) detached",
    "46: like detached", "46: to left out", "48: always self.shift", "48: self.shift -> self.down_factor",
    "48: self.shift -> self.num_heads", "48: self.shift -> self.stripe_groups", "48: self.shift -> self.stripe_size",
    "48: self.shift -> self.transform_in", "48: self.shift -> self.transform_out",
    "49: anchor_mask(image_size, stripe, shift... detached",
    "49: anchor_mask(image_size, stripe, shift... detached (2)", "49: like detached",
    "50: mask_out.transpose(1, 2) detached", "50: arguments 0 and 1 of transpose exchanged", "51: without gradients",
    "51: in inference mode",
)
