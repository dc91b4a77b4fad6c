import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: WindowAttention-extended
# the lesson 08a code with a second grid, helper method for the sizes
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


# %% right: as-on-the-page
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


# %% right: explicit-softmax-by-hand
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


# %% right: gathers-by-index
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


# %% right: loop-over-images
# a loop over the images, and bmm over stripes and heads


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
        return torch.cat([self.one(t[None], a[None], image_size) for t, a in zip(qkv, anchor)])

    def one(self, qkv, anchor, image_size):
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

        def both(t):
            return t.flatten(0, 1)  # stripes and heads

        def split(t):
            return t.unflatten(0, (-1, self.num_heads))

        qn, kn, an = (both(F.normalize(t, dim=-1)) for t in (q, k, a))
        logits = self.transform_in(split(torch.bmm(an, kn.mT)), table, index_in, mask_in)
        z = torch.bmm(both(logits).softmax(-1), both(v))
        logits = self.transform_out(split(torch.bmm(qn, an.mT)), table, index_out, mask_out)
        y = split(torch.bmm(both(logits).softmax(-1), z))

        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        grid = window_reverse(y, stripe, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)


# %% right: rolls-only-if-shifted
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
            if self.shift:
                grid = torch.roll(grid, shifts=tuple(-(s // factor) for s in shift), dims=(1, 2))
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


# %% right: scaled_dot_product_attention
# logits from the transforms as a float attn_mask of F.scaled_dot_product_attention, queries of zeros


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

        def attend(q, k, v, transform, index, mask):
            cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
            logits = transform(cosine, table, index, mask)
            zeros = torch.zeros_like
            return F.scaled_dot_product_attention(zeros(q), zeros(k), v, attn_mask=logits)

        z = attend(a, k, v, self.transform_in, index_in, mask_in)
        y = attend(q, a, z, self.transform_out, index_out, mask_out)

        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        grid = window_reverse(y, stripe, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)


# %% wrong: always-shifted, expect: You roll the image although shift is False
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


# %% wrong: anchor-as-value, expect: the tokens get the anchors themselves
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ a

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: anchors-as-values, expect: anchors themselves
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
        y = gather(q, a, a, self.transform_out, index_out, mask_out)
        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        return window_reverse(y, stripe, image_size).roll(shift, dims=(1, 2)).flatten(1, 2)


# %% wrong: anchors-not-rolled-too, expect: You roll the tokens but not the anchors, so a stripe uses anchors from a different place
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
        windows = window_partition(grid, stripe).flatten(1, 2)
        q, k, v = windows.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        a = window_partition(anchor, a_stripe).flatten(1, 2)
        a = a.unflatten(2, (self.num_heads, -1)).transpose(1, 2)

        z = cosine_attention(a, k, v, lambda c: self.transform_in(c, table, index_in, mask_in))
        y = cosine_attention(q, a, z, lambda c: self.transform_out(c, table, index_out, mask_out))

        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        grid = window_reverse(y, stripe, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)


# %% wrong: anchors-not-rolled, expect: You roll the tokens but not the anchors, so a stripe uses anchors from a different place
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
        a = heads(anchor.roll([s // d for s in shift], dims=(1, 2)), d, 1)[0]

        def gather(q, k, v, transform, index, mask):
            return cosine_attention(q, k, v, lambda t: transform(t, table, index, mask))

        z = gather(a, k, v, self.transform_in, index_in, mask_in)
        y = gather(q, a, z, self.transform_out, index_out, mask_out)
        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        return window_reverse(y, stripe, image_size).roll(shift, dims=(1, 2)).flatten(1, 2)


# %% wrong: anchors-rolled-by-the-full-shift, expect: shift // d
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
        anchor = anchor.roll((-down, -right), dims=(1, 2))
        windows = window_partition(grid, stripe).flatten(1, 2)
        q, k, v = windows.unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
        a = window_partition(anchor, a_stripe).flatten(1, 2)
        a = a.unflatten(2, (self.num_heads, -1)).transpose(1, 2)

        z = cosine_attention(a, k, v, lambda c: self.transform_in(c, table, index_in, mask_in))
        y = cosine_attention(q, a, z, lambda c: self.transform_out(c, table, index_out, mask_out))

        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        grid = window_reverse(y, stripe, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)


# %% wrong: both-shifts-from-the-height
# both shifts follow from the height


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
                sh[i] = ss[0] // 2
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: dropout-on-the-map, expect: dropout
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = F.dropout(m_e.softmax(dim=-1), 0.1, self.training) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: half-rounded-up, expect: half of a stripe, rounded up
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


# %% wrong: heads-joined-without-transpose, expect: You join the heads with `reshape` or `view` alone, which mixes tokens and heads
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: heads-outside-q-k-v, expect: and then each of the three into heads
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
        q, k, v = windows.unflatten(2, (self.num_heads, 3, -1)).permute(3, 0, 2, 1, 4)
        a = window_partition(anchor, a_stripe).flatten(1, 2)
        a = a.unflatten(2, (self.num_heads, -1)).transpose(1, 2)

        z = cosine_attention(a, k, v, lambda c: self.transform_in(c, table, index_in, mask_in))
        y = cosine_attention(q, a, z, lambda c: self.transform_out(c, table, index_out, mask_out))

        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        grid = window_reverse(y, stripe, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)


# %% wrong: index-of-the-first-image, expect: wrong after a call on the same module with inputs of other sizes
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
        if not hasattr(self, "index_in"):
            self.index_in = relative_position_index(stripe, d, from_anchor=True).to(qkv.device)
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

        z = gather(a, k, v, self.transform_in, self.index_in, mask_in)
        y = gather(q, a, z, self.transform_out, index_out, mask_out)
        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        return window_reverse(y, stripe, image_size).roll(shift, dims=(1, 2)).flatten(1, 2)


# %% wrong: mask-not-transposed, expect: The first attention gets the mask as it is
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


# %% wrong: mask-repeated-in-the-wrong-order, expect: stripes get the masks of other stripes
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a)
        if mask is not None:
            mask = mask.repeat_interleave(B, dim=0)[:, None]
            m_d = m_d + mask.mT
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t)
        if mask is not None:
            m_e = m_e + mask
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: masks-of-the-first-image, expect: wrong after a call on the same module with inputs of other sizes
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
        if not hasattr(self, "mask"):
            self.mask = anchor_mask(image_size, stripe, shift, d).to(qkv) if self.shift else None
        mask_out = self.mask
        mask_in = None if mask_out is None else mask_out.transpose(1, 2)

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


# %% wrong: minus-shift-floor-divided, expect: Divide first
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
        an = torch.roll(anchor, shifts=(-sh[0] // d, -sh[1] // d), dims=(1, 2))
        a = window_partition(an, (ss[0] // d, ss[1] // d)).reshape(-1, A, h, C // h).transpose(1, 2)

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: no-mask-when-shifted, expect: mask
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


# %% wrong: no-masks, expect: mask is missing
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
            pass

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


# %% wrong: not-rolled-back, expect: You do not roll the result back, so each token gets the result of a token half a stripe away
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
        return grid.flatten(1, 2)


# %% wrong: one-group-shifted-too, expect: one group
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
            if self.shift:
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: one-group-shifted, expect: one group
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


# %% wrong: one-transform, expect: transform_in
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
        y = gather(q, a, z, self.transform_in, index_out, mask_out)
        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        return window_reverse(y, stripe, image_size).roll(shift, dims=(1, 2)).flatten(1, 2)


# %% wrong: rolled-in-the-other-direction, expect: You roll by plus the shift before the attention, and by minus the shift after it
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

        x = torch.roll(qkv.reshape(B, H, W, C3), shifts=(sh[0], sh[1]), dims=(1, 2))
        t = window_partition(x, ss).reshape(-1, N, 3, h, C // h)
        q = t[:, :, 0].transpose(1, 2)
        k = t[:, :, 1].transpose(1, 2)
        v = t[:, :, 2].transpose(1, 2)
        an = torch.roll(anchor, shifts=(sh[0] // d, sh[1] // d), dims=(1, 2))
        a = window_partition(an, (ss[0] // d, ss[1] // d)).reshape(-1, A, h, C // h).transpose(1, 2)

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(-sh[0], -sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: scaled-dot-products-instead-of-cosines, expect: in the input of `transform_in`
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

        q, k, an = q * (C // h) ** -0.5, k, a * (C // h) ** -0.5
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: shift-is-the-whole-stripe, expect: cannot be shifted
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
                sh[i] = ss[i]
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: size-before-groups, expect: If an axis has both a size and groups
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
            if s is not None:
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


# %% wrong: sizes-of-the-first-image, expect: wrong after a call on the same module with inputs of other sizes
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
        d = self.down_factor
        if not hasattr(self, "stripe"):
            self.stripe, self.by = [], []
            for n, size, groups in zip(image_size, self.stripe_size, self.stripe_groups):
                self.stripe.append(size if groups is None else n // groups)
                half = self.stripe[-1] // 2 if groups is None else n // (2 * groups)
                self.by.append(half if self.shift and groups != 1 else 0)
        stripe, shift = self.stripe, self.by

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


# %% wrong: softmax-over-the-anchors, expect: In the first attention your softmax runs over the anchors
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-2) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: stripe-as-long-as-the-number-of-groups, expect: You use stripe_groups as the length of a stripe
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
                stripe.append(g)
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


# %% wrong: table-in-float32, expect: Your table is made in float32
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

        table = relative_coords_table(stripe, d).to(qkv.device)
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


# %% wrong: table-of-the-first-image, expect: wrong after a call on the same module with inputs of other sizes
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

        if not hasattr(self, "table"):
            self.table = relative_coords_table(stripe, d, dtype=qkv.dtype).to(qkv.device)
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
            return cosine_attention(q, k, v, lambda t: transform(t, self.table, index, mask))

        z = gather(a, k, v, self.transform_in, index_in, mask_in)
        y = gather(q, a, z, self.transform_out, index_out, mask_out)
        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        return window_reverse(y, stripe, image_size).roll(shift, dims=(1, 2)).flatten(1, 2)


# %% wrong: table-without-down_factor, expect: Your table is made without down_factor
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

        table = relative_coords_table(stripe, dtype=qkv.dtype).to(qkv.device)
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


# %% wrong: transform_in-never-called, expect: made and never called
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

        z = cosine_attention(a, k, v, lambda c: 10 * c)
        y = cosine_attention(q, a, z, lambda c: self.transform_out(c, table, index_out, mask_out))

        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        grid = window_reverse(y, stripe, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)


# %% wrong: transform_out-never-used, expect: transform_out
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
        y = cosine_attention(q, a, z, lambda c: self.transform_in(c, table, index_out, mask_out))

        y = y.transpose(1, 2).flatten(2).unflatten(1, stripe)
        grid = window_reverse(y, stripe, image_size)
        return grid.roll((down, right), dims=(1, 2)).flatten(1, 2)


# %% wrong: transforms-in-one-line, expect: `transform_in` and `transform_out` are the same layer under two names
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
        self.transform_in = self.transform_out = AffineTransform(num_heads)

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


# %% wrong: transforms-swapped, expect: The two transforms have changed places
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_out(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_in(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: transposed-index-instead-of-from_anchor, expect: from_anchor
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
        idx_a = relative_position_index(tuple(ss), d).T.to(qkv.device)
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

        q, k, an = F.normalize(q, dim=-1), F.normalize(k, dim=-1), F.normalize(a, dim=-1)
        m_d = self.transform_in(an @ k.mT, table, idx_a, None if mask is None else mask.mT)
        z = m_d.softmax(dim=-1) @ v
        m_e = self.transform_out(q @ an.mT, table, idx_t, mask)
        y = m_e.softmax(dim=-1) @ z

        y = y.transpose(1, 2).reshape(-1, ss[0], ss[1], C)
        y = window_reverse(y, ss, (H, W))
        return torch.roll(y, shifts=(sh[0], sh[1]), dims=(1, 2)).reshape(B, L, C)


# %% wrong: transposed-index, expect: from_anchor=True
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
        index_in = relative_position_index(stripe, d).transpose(0, 1).to(qkv.device)
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
