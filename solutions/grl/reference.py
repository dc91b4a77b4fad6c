"""GRL (Li et al., "Efficient and Explicit Modelling of Image Hierarchies for Image Restoration", CVPR 2023).

A block looks at an image at three ranges at once: windows (regional), stripes that are summarised by a few anchors
(global) and two convolutions (local). Sizes are pairs `(height, width)`; h is the number of heads, N the number of
tokens of a window or stripe, A the number of its anchors, nW the number of windows of an image. Windows, their masks,
the position bias and cosine attention are those of lessons 08a and 08b.

What differs from the authors' code: as in lesson 08c, and the same for stripes.
"""
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.cosine.reference import (
    AffineTransform,
    WindowAttention,
    anchors_of,
    as_grid,
    cosine_attention,
    grid_of_windows,
    negative,
    relative_coords_table,
    relative_position_index,
    roll,
    windows_of_heads,
)
from solutions.windows.reference import Size, check_tiles, mask_between, region_of_tokens

# given in the lesson, as all of lessons 08a and 08b is
from solutions.windows.reference import shifted_window_mask as shifted_window_mask
from solutions.windows.reference import window_partition as window_partition
from solutions.windows.reference import window_reverse as window_reverse

# --- Geometry of stripes and anchors ---------------------------------------------------------------------------------

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
    return mask_between(region_of_tokens(*sizes), region_of_tokens(*anchor_sizes))


def _check_anchors_tile(image_size: Size, stripe_size: Size, down_factor: int) -> None:
    check_tiles(image_size, stripe_size)
    for n, stripe, anchors in zip(image_size, stripe_size, anchors_of(stripe_size, down_factor), strict=True):
        if n // down_factor != n // stripe * anchors:
            raise ValueError(f"stripes of {stripe} on {n} positions do not match with anchors at 1/{down_factor}: "
                             f"{n // stripe} x {anchors} is not {n // down_factor}")


# --- Attention -------------------------------------------------------------------------------------------------------

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
        anchors_of(image_size, self.down_factor)
        pooled = self.pool(as_grid(x, image_size).permute(0, 3, 1, 2))  # (B, dim, H // d, W // d)
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
        grid = roll(as_grid(qkv, image_size), negative(shift))
        q, k, v = windows_of_heads(grid, stripe, 3, self.num_heads)
        a = windows_of_heads(roll(anchor, negative(anchor_shift)), anchor_stripe, 1, self.num_heads)[0]
        to_anchor, to_token = self._transforms(image_size, stripe, shift, qkv)
        y = cosine_attention(a, k, v, to_anchor)
        y = cosine_attention(q, a, y, to_token)
        return roll(grid_of_windows(y, stripe, image_size), shift).flatten(1, 2)

    def _of_anchors(self, anchor: Tensor, image_size: Size, stripe: Size, shift: Size) -> tuple[Size, Size]:
        """Size and shift of the stripes on the grid of anchors."""
        d = self.down_factor
        _check_anchors_tile(image_size, stripe, d)
        if tuple(anchor.shape[1:3]) != (image_size[0] // d, image_size[1] // d):
            raise ValueError(f"anchors {tuple(anchor.shape)} are not an image of {tuple(image_size)} at 1/{d}")
        return anchors_of(stripe, d), (shift[0] // d, shift[1] // d)

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
        image = as_grid(x, image_size).permute(0, 3, 1, 2)
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
