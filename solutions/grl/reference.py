"""GRL (Li et al., "Efficient and Explicit Modelling of Image Hierarchies for Image Restoration", CVPR 2023).

A block looks at an image at three ranges at once: windows (regional), stripes that are summarised by a few anchors
(global) and two convolutions (local). Sizes are pairs `(height, width)`; h is the number of heads, N the number of
tokens of a window or stripe, A the number of its anchors, nW the number of windows of an image. Windows count row by
row within an image, images outermost.

What differs from the authors' code: tables, indices and masks are built in `forward` from the size of the image
(there they are buffers of the network), tables have the dtype of the features (there float32), and a window is
shifted by half its own height and half its own width (there by half its height on both axes).
"""
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Size = tuple[int, int]


# --- Geometry of windows, stripes and anchors ------------------------------------------------------------------------

def relative_coords_table(window_size: Size, down_factor: int = 1, dtype: torch.dtype = torch.float32) -> Tensor:
    """Every offset between a token of a window and one of its anchors, on a log scale.

    The anchors are `window_size // down_factor` and sit, one pixel apart, in the middle of the window. Offsets are
    scaled to t, the largest positive one being 8, and become `sign(t) log2(|t| + 1) / 3` (Swin V2, equation 4).

    Returns:
        `(1, Wh + Ah - 1, Ww + Aw - 1, 2)`.

    Raises:
        ValueError: the window is smaller than `down_factor`.
    """
    axes = []
    for tokens, anchors in zip(window_size, _anchors_of(window_size, down_factor), strict=True):
        origin = (tokens - anchors) // 2
        offsets = torch.arange(1 - anchors - origin, tokens - origin, dtype=dtype)
        axes.append(8 * offsets / max(tokens - 1 - origin, 1))
    t = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)[None]
    return t.sign() * torch.log2(t.abs() + 1) / 3


def relative_position_index(window_size: Size, down_factor: int = 1, from_anchor: bool = False) -> Tensor:
    """Where the offset of each pair stands in the flattened `relative_coords_table`.

    Returns:
        `(N, A)`, or `(A, N)` from the anchors.

    Raises:
        ValueError: the window is smaller than `down_factor`.
    """
    rows, columns = window_size, _anchors_of(window_size, down_factor)
    if from_anchor:
        rows, columns = columns, rows
    offset = _positions(rows)[:, None] - _positions(columns)[None, :] + torch.tensor(columns) - 1
    return offset[..., 0] * (rows[1] + columns[1] - 1) + offset[..., 1]


def anchor_mask(image_size: Size, stripe_size: Size, shift_size: Size, down_factor: int) -> Tensor:
    """The mask between the tokens of a shifted stripe and its anchors, `(nW, N, A)` of 0 and -100.

    Grid, stripe and shift of the anchors are the ones of the tokens, floored by `down_factor`. Where that makes the
    anchors' shift 0 although the tokens' is not, all anchors count as the last region, as published.

    Raises:
        ValueError: stripes do not tile the image, or their anchors do not tile the grid of anchors.
    """
    _check_anchors_tile(image_size, stripe_size, down_factor)
    sizes = image_size, stripe_size, shift_size
    anchor_sizes = [(height // down_factor, width // down_factor) for height, width in sizes]
    return _mask_between(_region_of_tokens(*sizes), _region_of_tokens(*anchor_sizes))


def shifted_window_mask(image_size: Size, window_size: Size, shift_size: Size) -> Tensor:
    """The mask of shifted windows (Liu et al., "Swin Transformer", ICCV 2021, figure 4), `(nW, N, N)` of 0 and -100.

    After an image was rolled by `-shift_size`, a window at its end holds tokens that were not neighbours. Per axis
    of length n the regions are `[0, n - w)`, `[n - w, n - s)` and `[n - s, n)`; tokens of one region see each other.

    Raises:
        ValueError: windows do not tile the image, or a shift is not in `[0, w)`.
    """
    regions = _region_of_tokens(image_size, window_size, shift_size)
    return _mask_between(regions, regions)


def window_partition(x: Tensor, window_size: Size) -> Tensor:
    """Cut a grid into windows: `(B, H, W, C) -> (B * nW, wh, ww, C)`.

    Raises:
        ValueError: windows do not tile the grid.
    """
    _check_tiles(x.shape[1:3], window_size)
    wh, ww = window_size
    x = x.unflatten(2, (-1, ww)).unflatten(1, (-1, wh))
    return x.transpose(2, 3).flatten(0, 2)


def window_reverse(windows: Tensor, window_size: Size, image_size: Size) -> Tensor:
    """Put windows together again: `(B * nW, wh, ww, C) -> (B, H, W, C)`.

    Raises:
        ValueError: windows do not tile the image, or theirs is another size or number.
    """
    _check_tiles(image_size, window_size)
    rows, columns = image_size[0] // window_size[0], image_size[1] // window_size[1]
    if tuple(windows.shape[1:3]) != tuple(window_size) or windows.shape[0] % (rows * columns):
        raise ValueError(f"{tuple(windows.shape)} is not a number of images with {rows} x {columns} windows "
                         f"of {tuple(window_size)}")
    return windows.unflatten(0, (-1, rows, columns)).transpose(2, 3).flatten(3, 4).flatten(1, 2)


def _anchors_of(window_size: Size, down_factor: int) -> Size:
    if not 1 <= down_factor <= min(window_size):
        raise ValueError(f"a window of {tuple(window_size)} has no anchors with down_factor={down_factor}")
    return window_size[0] // down_factor, window_size[1] // down_factor


def _positions(size: Size) -> Tensor:
    """Row and column of every cell, row by row: `(height * width, 2)`."""
    return torch.cartesian_prod(torch.arange(size[0]), torch.arange(size[1]))


def _region_of_tokens(image_size: Size, window_size: Size, shift_size: Size) -> Tensor:
    """The number of the region of every token, window by window: `(nW, N)`."""
    rows, columns = (_regions(*axis) for axis in zip(image_size, window_size, shift_size, strict=True))
    return window_partition((3 * rows[:, None] + columns)[None, ..., None], window_size).flatten(1)


def _regions(length: int, window: int, shift: int) -> Tensor:
    if not 0 <= shift < max(window, 1):
        raise ValueError(f"a window of {window} cannot be shifted by {shift}")
    position = torch.arange(length)
    if shift == 0:  # as the published slices have it: all is the last region, and the mask to anchors depends on it
        return torch.full_like(position, 2)
    return (position >= length - window).long() + (position >= length - shift).long()


def _mask_between(rows: Tensor, columns: Tensor) -> Tensor:
    different = rows[:, :, None] != columns[:, None, :]
    return torch.zeros(different.shape).masked_fill(different, -100.0)


def _check_tiles(image_size: Size, window_size: Size) -> None:
    if min(window_size) < 1 or any(n % w for n, w in zip(image_size, window_size, strict=True)):
        raise ValueError(f"windows of {tuple(window_size)} do not tile an image of {tuple(image_size)}")


def _check_anchors_tile(image_size: Size, stripe_size: Size, down_factor: int) -> None:
    _check_tiles(image_size, stripe_size)
    for n, stripe, anchors in zip(image_size, stripe_size, _anchors_of(stripe_size, down_factor), strict=True):
        if n // down_factor != n // stripe * anchors:
            raise ValueError(f"stripes of {stripe} on {n} positions do not match with anchors at 1/{down_factor}: "
                             f"{n // stripe} x {anchors} is not {n // down_factor}")


# --- Tokens, grids and heads -----------------------------------------------------------------------------------------

def _as_grid(tokens: Tensor, image_size: Size) -> Tensor:
    """`(B, L, C) -> (B, H, W, C)`."""
    if tokens.shape[1] != image_size[0] * image_size[1]:
        raise ValueError(f"{tokens.shape[1]} tokens are not an image of {tuple(image_size)}")
    return tokens.unflatten(1, tuple(image_size))


def _windows_of_heads(grid: Tensor, window_size: Size, parts: int, num_heads: int) -> Tensor:
    """`(B, H, W, parts * C) -> (parts, B * nW, h, N, C / h)`."""
    if grid.shape[-1] % (parts * num_heads):
        raise ValueError(f"{grid.shape[-1]} channels are not {parts} times a multiple of num_heads={num_heads}")
    windows = window_partition(grid, window_size).flatten(1, 2)
    return windows.unflatten(2, (parts, num_heads, -1)).permute(2, 0, 3, 1, 4)


def _grid_of_windows(y: Tensor, window_size: Size, image_size: Size) -> Tensor:
    """`(B * nW, h, N, C / h) -> (B, H, W, C)`."""
    windows = y.transpose(1, 2).flatten(2).unflatten(1, tuple(window_size))
    return window_reverse(windows, window_size, image_size)


def _roll(grid: Tensor, shift: Size) -> Tensor:
    return torch.roll(grid, tuple(shift), dims=(1, 2))


def _negative(shift: Size) -> Size:
    return -shift[0], -shift[1]


# --- Attention -------------------------------------------------------------------------------------------------------

class AffineTransform(nn.Module):
    """Scale and position bias of cosine logits (Liu et al., "Swin Transformer V2", CVPR 2022, equations 2 and 3).

    `attn * scale + 16 * sigmoid(cpb_mlp(table)[index]) + mask`, with one learned scale per head, at most 100.

    Shapes: attn `(B * nW, h, N1, N2)`, table `(1, ., ., 2)`, index `(N1, N2)`, mask `(nW, N1, N2)` -> as attn.

    Raises:
        ValueError: the number of windows is no multiple of the mask's.
    """

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.logit_scale = nn.Parameter(torch.full((num_heads, 1, 1), math.log(10)))
        self.cpb_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, num_heads, bias=False))

    def forward(self, attn: Tensor, table: Tensor, index: Tensor, mask: Tensor | None = None) -> Tensor:
        scale = self.logit_scale.clamp(max=math.log(100)).exp()
        bias = self.cpb_mlp(table).flatten(0, 2)[index].permute(2, 0, 1)
        attn = attn * scale + 16 * torch.sigmoid(bias)
        if mask is None:
            return attn
        if attn.shape[0] % mask.shape[0]:
            raise ValueError(f"{attn.shape[0]} windows do not belong to images with {mask.shape[0]} windows each")
        return (attn.unflatten(0, (-1, mask.shape[0])) + mask[:, None]).flatten(0, 1)


def cosine_attention(q: Tensor, k: Tensor, v: Tensor, transform: Callable[[Tensor], Tensor]) -> Tensor:
    """Attention by the cosine between queries and keys (Liu et al., "Swin Transformer V2", equation 2).

    `(B', h, N1, d), (B', h, N2, d), (B', h, N2, e) -> (B', h, N1, e)`; `transform` maps the cosines `(B', h, N1, N2)`
    to the logits of the softmax over N2.
    """
    cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
    return transform(cosine).softmax(dim=-1) @ v


class WindowAttention(nn.Module):
    """Cosine attention within windows, on projected tokens: the regional range.

    `forward(qkv, image_size)`: `(B, L, 3C) -> (B, L, C)`, the channels being `[q | k | v]`, each split into heads.

    Raises:
        ValueError: L is not H * W, windows do not tile the image, or C does not divide by the heads.
    """

    def __init__(self, num_heads: int, window_size: Size, shift: bool = False) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.window_size = window_size
        self.shift = shift
        self.shift_size = (window_size[0] // 2, window_size[1] // 2) if shift else (0, 0)
        self.transform = AffineTransform(num_heads)

    def forward(self, qkv: Tensor, image_size: Size) -> Tensor:
        grid = _roll(_as_grid(qkv, image_size), _negative(self.shift_size))
        q, k, v = _windows_of_heads(grid, self.window_size, 3, self.num_heads)
        table, index, mask = self._geometry(image_size, qkv)
        y = cosine_attention(q, k, v, lambda cosine: self.transform(cosine, table, index, mask))
        return _roll(_grid_of_windows(y, self.window_size, image_size), self.shift_size).flatten(1, 2)

    def _geometry(self, image_size: Size, like: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        table = relative_coords_table(self.window_size, dtype=like.dtype).to(like.device)
        index = relative_position_index(self.window_size).to(like.device)
        mask = shifted_window_mask(image_size, self.window_size, self.shift_size).to(like) if self.shift else None
        return table, index, mask


class AnchorProjection(nn.Module):
    """Anchors: the image, pooled by `down_factor` and projected to half the channels.

    `forward(x, image_size)`: `(B, L, dim) -> (B, H // d, W // d, dim // 2)`.

    Raises:
        ValueError: `dim < 2` or `down_factor < 1`; L is not H * W, or the image is smaller than `down_factor`.
    """

    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        if dim < 2 or down_factor < 1:
            raise ValueError(f"no anchors from dim={dim} and down_factor={down_factor}")
        self.down_factor = down_factor
        self.pool = nn.AvgPool2d(down_factor, down_factor)
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: Tensor, image_size: Size) -> Tensor:
        _anchors_of(image_size, self.down_factor)
        pooled = self.pool(_as_grid(x, image_size).permute(0, 3, 1, 2))
        return self.reduction(pooled.permute(0, 2, 3, 1))


class AnchoredStripeAttention(nn.Module):
    """Attention within stripes by way of anchors: the global range, the paper's anchored stripe self-attention.

    The anchors gather from the tokens, then the tokens from the anchors: two attention maps of N x A in place of one
    of N x N. Per axis of length n a stripe is `stripe_size`
    long and shifted by half of it, or, where `stripe_groups` has a number g, `n // g` long, shifted by `n // (2g)`
    (0 for g = 1), and `stripe_size` is ignored there.

    `forward(qkv, anchor, image_size)`: `(B, L, 3C), (B, H // d, W // d, C) -> (B, L, C)`.

    Raises:
        ValueError: an axis has neither size nor groups; L is not H * W, the anchors' shape is another one, stripes or
            their anchors do not tile, or C does not divide by the heads.
    """

    def __init__(
        self,
        num_heads: int,
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        for size, groups in zip(stripe_size, stripe_groups, strict=True):
            extent = size if groups is None else groups
            if extent is None or extent < 1:
                raise ValueError(f"no stripes from stripe_size={stripe_size} and stripe_groups={stripe_groups}")
        self.num_heads = num_heads
        self.stripe_size = stripe_size
        self.stripe_groups = stripe_groups
        self.shift = shift
        self.down_factor = down_factor
        self.transform_in = AffineTransform(num_heads)
        self.transform_out = AffineTransform(num_heads)

    def stripes(self, image_size: Size) -> tuple[Size, Size]:
        """Size and shift of the stripes of an image."""
        sizes, shifts = [], []
        for n, size, groups in zip(image_size, self.stripe_size, self.stripe_groups, strict=True):
            sizes.append(size if groups is None else n // groups)
            shifts.append(size // 2 if groups is None else 0 if groups == 1 else n // (2 * groups))
        return tuple(sizes), tuple(shifts) if self.shift else (0, 0)

    def forward(self, qkv: Tensor, anchor: Tensor, image_size: Size) -> Tensor:
        stripe, shift = self.stripes(image_size)
        anchor_stripe, anchor_shift = self._of_anchors(anchor, image_size, stripe, shift)
        grid = _roll(_as_grid(qkv, image_size), _negative(shift))
        q, k, v = _windows_of_heads(grid, stripe, 3, self.num_heads)
        a = _windows_of_heads(_roll(anchor, _negative(anchor_shift)), anchor_stripe, 1, self.num_heads)[0]
        to_anchor, to_token = self._transforms(image_size, stripe, shift, qkv)
        y = cosine_attention(a, k, v, to_anchor)
        y = cosine_attention(q, a, y, to_token)
        return _roll(_grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)

    def _of_anchors(self, anchor: Tensor, image_size: Size, stripe: Size, shift: Size) -> tuple[Size, Size]:
        """Size and shift of the stripes on the grid of anchors."""
        d = self.down_factor
        _check_anchors_tile(image_size, stripe, d)
        if tuple(anchor.shape[1:3]) != (image_size[0] // d, image_size[1] // d):
            raise ValueError(f"anchors {tuple(anchor.shape)} are not an image of {tuple(image_size)} at 1/{d}")
        return _anchors_of(stripe, d), (shift[0] // d, shift[1] // d)

    def _transforms(
        self, image_size: Size, stripe: Size, shift: Size, like: Tensor
    ) -> tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]:
        """What the two attentions do to their cosines: anchors to tokens, tokens to anchors."""
        d = self.down_factor
        table = relative_coords_table(stripe, d, dtype=like.dtype).to(like.device)
        index_in = relative_position_index(stripe, d, from_anchor=True).to(like.device)
        index_out = relative_position_index(stripe, d).to(like.device)
        mask_in = mask_out = None
        if self.shift:
            mask_out = anchor_mask(image_size, stripe, shift, d).to(like)
            mask_in = mask_out.transpose(1, 2)
        return (lambda cosine: self.transform_in(cosine, table, index_in, mask_in),
                lambda cosine: self.transform_out(cosine, table, index_out, mask_out))


class MixedAttention(nn.Module):
    """Half the channels attend within windows, half within stripes: `(B, L, dim) -> (B, L, dim)`.

    One projection serves both: its first `3 * dim / 2` outputs are the window branch's `[q | k | v]`, the others the
    stripe branch's. Anchors come from the input itself.

    Raises:
        ValueError: `dim` is odd, or half of it does not divide by the heads of a branch; in `forward` as the branches.
    """

    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: Size,
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        down_factor: int = 1,
    ) -> None:
        super().__init__()
        if any(heads < 1 or dim % (2 * heads) for heads in (num_heads_window, num_heads_stripe)):
            raise ValueError(f"half of dim={dim} does not divide by {num_heads_window} and {num_heads_stripe} heads")
        self.qkv = nn.Linear(dim, 3 * dim)
        self.anchor = AnchorProjection(dim, down_factor)
        self.window_attention = WindowAttention(num_heads_window, window_size, window_shift)
        self.stripe_attention = AnchoredStripeAttention(
            num_heads_stripe, stripe_size, stripe_groups, stripe_shift, down_factor
        )
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor, image_size: Size) -> Tensor:
        qkv_window, qkv_stripe = self.qkv(x).chunk(2, dim=-1)
        window = self.window_attention(qkv_window, image_size)
        stripe = self.stripe_attention(qkv_stripe, self.anchor(x, image_size), image_size)
        return self.proj(torch.cat([window, stripe], dim=-1))


# --- The block -------------------------------------------------------------------------------------------------------

class LocalConvBlock(nn.Module):
    """Two 3x3 convolutions through a bottleneck, then channel attention: `(B, L, dim) -> (B, L, dim)`.

    The local range: the paper's "channel attention enhanced convolution", the authors' `CAB`.

    Raises:
        ValueError: a bottleneck has no channel left, `dim // compress == 0` or `dim // reduction == 0`; or L is not
            H * W.
    """

    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        for name, divisor in (("compress", compress), ("reduction", reduction)):
            if not 1 <= divisor <= dim:
                raise ValueError(f"no hidden channel is left: dim={dim}, {name}={divisor}")
        self.conv1 = nn.Conv2d(dim, dim // compress, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, kernel_size=3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, kernel_size=1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, kernel_size=1)

    def forward(self, x: Tensor, image_size: Size) -> Tensor:
        image = _as_grid(x, image_size).permute(0, 3, 1, 2)
        y = self.conv2(F.gelu(self.conv1(image)))
        weights = torch.sigmoid(self.fc2(torch.relu(self.fc1(y.mean(dim=(2, 3), keepdim=True)))))
        return (y * weights).flatten(2).transpose(1, 2)


class Mlp(nn.Module):
    """Two linear layers with a GELU between them, at each position: `(..., dim) -> (..., dim)`."""

    def __init__(self, dim: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))


class GRLBlock(nn.Module):
    """A GRL block, the norms at the end of the residual branches as in Swin V2: `(B, L, dim) -> (B, L, dim)`.

    `y = x + s norm1(attn(x)) + local(x)`, then `y + s norm2(mlp(y))` with `s = res_scale`. `stripe_type="W"` turns the
    stripes by a right angle: `stripe_size` and `stripe_groups` are reversed.

    Raises:
        ValueError: `stripe_type` is neither "H" nor "W"; else as `MixedAttention` and `LocalConvBlock`.
    """

    def __init__(
        self,
        dim: int,
        num_heads_window: int,
        num_heads_stripe: int,
        window_size: Size,
        stripe_size: tuple[int | None, int | None],
        stripe_groups: tuple[int | None, int | None] = (None, None),
        window_shift: bool = False,
        stripe_shift: bool = False,
        stripe_type: str = "H",
        down_factor: int = 1,
        mlp_ratio: float = 4,
        local_connection: bool = True,
        res_scale: float = 1.0,
    ) -> None:
        super().__init__()
        if stripe_type not in ("H", "W"):
            raise ValueError(f'stripe_type must be "H" or "W", got {stripe_type!r}')
        if stripe_type == "W":
            stripe_size, stripe_groups = stripe_size[::-1], stripe_groups[::-1]
        self.res_scale = res_scale
        self.attn = MixedAttention(
            dim, num_heads_window, num_heads_stripe, window_size, stripe_size, stripe_groups,
            window_shift, stripe_shift, down_factor,
        )
        self.norm1 = nn.LayerNorm(dim)
        self.local = LocalConvBlock(dim) if local_connection else None
        self.mlp = Mlp(dim, int(dim * mlp_ratio))
        self.norm2 = nn.LayerNorm(dim)

    def forward(self, x: Tensor, image_size: Size) -> Tensor:
        y = x + self.res_scale * self.norm1(self.attn(x, image_size))
        if self.local is not None:
            y = y + self.local(x, image_size)
        return y + self.res_scale * self.norm2(self.mlp(y))
