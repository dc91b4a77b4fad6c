"""GRL: ofsoundof/GRL-Image-Restoration."""
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import torch
from torch import Tensor, nn

from solutions.cosine import reference as windows
from solutions.grl import reference as grl
from solutions.shared.parity import Case, Skip, Unit

from .network import GRLNetwork

AFFINE = (
    ("window_attn.attn_transform", "window_attention.transform"),
    ("stripe_attn.attn_transform1", "stripe_attention.transform_in"),
    ("stripe_attn.attn_transform2", "stripe_attention.transform_out"),
)
MIXED = (("qkv.body", "qkv"), ("anchor.body.0.reduction", "anchor.reduction"), *AFFINE)
CONVOLUTIONS = ("cab.0", "conv1"), ("cab.2", "conv2"), ("cab.3.attention.1", "fc1"), ("cab.3.attention.3", "fc2")
BLOCK = (*MIXED, ("conv.cab", "local.cab"), *CONVOLUTIONS)

POOLS = {"avgpool": nn.AvgPool2d, "maxpool": nn.MaxPool2d}
EUCLIDEAN = Skip("euclidean_dist: no exercise (an ablation)")


def other_anchors(proj_type: str) -> Skip:
    return Skip(f"anchors by {proj_type}: no exercise")


@contextmanager
def recorded_geometry(tables: list[Tensor], window_mask: Tensor | None = None) -> Iterator[None]:
    """The recorded tables (of float32 accuracy) in place of ours, and the mask of the windows where one is given."""
    compute, by_shape = windows.relative_coords_table, {table.shape: table for table in tables}

    def table(window_size: grl.Size, down_factor: int = 1, dtype: torch.dtype = torch.float32) -> Tensor:
        computed = compute(window_size, down_factor, torch.float32).to(dtype)
        recorded = by_shape.get(computed.shape, computed)
        torch.testing.assert_close(computed, recorded, atol=1e-6, rtol=0)
        return recorded

    mask = windows.shifted_window_mask if window_mask is None else lambda *sizes: window_mask
    with (patch.object(grl, "relative_coords_table", table), patch.object(windows, "relative_coords_table", table),
          patch.object(windows, "shifted_window_mask", mask)):
        yield


def published_shift(attention: windows.WindowAttention, mask: Tensor | None) -> Tensor | None:
    """Quirk: windows are shifted by half their height on both axes. Gives back the mask to use in place of ours."""
    height, width = attention.window_size
    if not attention.shift or height == width:
        return None
    attention.shift_size = height // 2, height // 2
    return mask


def affine_transform(
    case: Case,
    num_heads: int,
    window_size: list[int],
    anchor_window_down_factor: int,
    window_to_anchor: bool,
    x_size: list[int],
    shift_size: list[int] | None,
    clamped_heads: list[int],
) -> Unit:
    """All but the heads tells how the recorded table, index and mask were made."""
    return Unit(windows.AffineTransform(num_heads))


def window_attention(
    case: Case,
    num_heads: int,
    window_size: list[int],
    x_size: list[int],
    channels: int,
    window_shift: bool = False,
    euclidean_dist: bool = False,
) -> Unit | Skip:
    if euclidean_dist:
        return EUCLIDEAN
    attention = windows.WindowAttention(num_heads, window_size, window_shift)

    def call(qkv: Tensor, table: Tensor, index: Tensor, mask: Tensor | None = None) -> Tensor:
        with recorded_geometry([table], published_shift(attention, mask)):
            return attention(qkv, x_size)

    return Unit(attention, call, names=(("attn_transform", "transform"),))


def anchor_projection(
    case: Case, dim: int, proj_type: str, anchor_window_down_factor: int, x_size: list[int], one_stage: bool = True
) -> Unit | Skip:
    if proj_type not in POOLS:
        return other_anchors(proj_type)
    assert one_stage, "pooled anchors have one stage"
    projection = grl.AnchorProjection(dim, anchor_window_down_factor)
    projection.pool = POOLS[proj_type](anchor_window_down_factor, anchor_window_down_factor)
    return Unit(projection, call=lambda x: projection(x, x_size), names=(("body.0.reduction", "reduction"),))


def anchor_stripe_attention(
    case: Case,
    num_heads: int,
    stripe_size: list[int | None],
    stripe_groups: list[int | None],
    stripe_shift: bool,
    anchor_window_down_factor: int,
    x_size: list[int],
    channels: int,
    euclidean_dist: bool = False,
) -> Unit | Skip:
    if euclidean_dist:
        return EUCLIDEAN
    attention = grl.AnchoredStripeAttention(
        num_heads, stripe_size, stripe_groups, stripe_shift, anchor_window_down_factor
    )

    def call(qkv: Tensor, anchor: Tensor, table: Tensor, **indices_and_masks: Tensor) -> Tensor:
        with recorded_geometry([table]):
            return attention(qkv, anchor, x_size)

    return Unit(attention, call, names=(("attn_transform1", "transform_in"), ("attn_transform2", "transform_out")))


def mixed_attention(
    case: Case,
    dim: int,
    num_heads_w: int,
    num_heads_s: int,
    window_size: list[int],
    window_shift: bool,
    stripe_size: list[int | None],
    stripe_groups: list[int | None],
    stripe_shift: bool,
    anchor_proj_type: str,
    anchor_window_down_factor: int,
    x_size: list[int],
) -> Unit | Skip:
    if anchor_proj_type not in POOLS:
        return other_anchors(anchor_proj_type)
    attention = grl.MixedAttention(
        dim, num_heads_w, num_heads_s, window_size, stripe_size, stripe_groups,
        window_shift, stripe_shift, anchor_window_down_factor,
    )
    return _with_tokens(attention, attention, anchor_proj_type, x_size, MIXED)


def transformer_block(
    case: Case,
    dim: int,
    num_heads_w: int,
    num_heads_s: int,
    window_size: list[int],
    window_shift: bool,
    stripe_size: list[int | None],
    stripe_groups: list[int | None],
    stripe_shift: bool,
    stripe_type: str,
    mlp_ratio: float,
    anchor_proj_type: str,
    anchor_window_down_factor: int,
    local_connection: bool,
    x_size: list[int],
    res_scale: float = 1.0,
) -> Unit | Skip:
    if anchor_proj_type not in POOLS:
        return other_anchors(anchor_proj_type)
    block = grl.GRLBlock(
        dim, num_heads_w, num_heads_s, window_size, stripe_size, stripe_groups, window_shift, stripe_shift,
        stripe_type, anchor_window_down_factor, mlp_ratio, local_connection, res_scale,
    )
    return _with_tokens(block, block.attn, anchor_proj_type, x_size, BLOCK)


def _with_tokens(
    module: nn.Module,
    attention: grl.MixedAttention,
    anchor_proj_type: str,
    x_size: list[int],
    names: tuple[tuple[str, str], ...],
) -> Unit:
    """A module on tokens that has `attention` inside, with the recorded tables."""
    down_factor = attention.anchor.down_factor
    attention.anchor.pool = POOLS[anchor_proj_type](down_factor, down_factor)

    def call(x: Tensor, **geometry: Tensor) -> Tensor:
        tables = [t for name, t in geometry.items() if name.startswith("table")]
        with recorded_geometry(tables, published_shift(attention.window_attention, geometry.get("mask_w"))):
            return module(x, x_size)

    return Unit(module, call, names)


def cab(case: Case, num_feat: int, x_size: list[int], compress_ratio: int = 4, reduction: int = 18) -> Unit:
    block = grl.LocalConvBlock(num_feat, compress_ratio, reduction)
    return Unit(block, call=lambda x: block(x, x_size), names=CONVOLUTIONS)


def set_table_index_mask(
    case: Case,
    stripe_size: list[int | None],
    stripe_groups: list[int | None],
    anchor_window_down_factor: int,
    window_size: list[int],
    x_size: list[int],
) -> Unit:
    d = anchor_window_down_factor
    stripe, shift = grl.AnchoredStripeAttention(1, stripe_size, stripe_groups, shift=True).stripes(x_size)

    def call() -> dict[str, Tensor]:
        outputs = {
            "table_w": windows.relative_coords_table(window_size),
            "index_w": windows.relative_position_index(window_size),
            "mask_w": windows.shifted_window_mask(x_size, window_size, [w // 2 for w in window_size]),
        }
        for name, size, by in (("sh", stripe, shift), ("sv", stripe[::-1], shift[::-1])):
            mask = grl.anchor_mask(x_size, size, by, d)
            outputs |= {
                f"table_{name}": grl.relative_coords_table(size, d),
                f"index_{name}_w2a": grl.relative_position_index(size, d),
                f"index_{name}_a2w": grl.relative_position_index(size, d, from_anchor=True),
                f"mask_{name}_w2a": mask,
                f"mask_{name}_a2w": mask.transpose(1, 2),
            }
        return outputs

    return Unit(call=call)


def network(case: Case, img_size: int, drop_path_rate: float = 0.1, **config) -> Unit | Skip:
    if config["anchor_proj_type"] not in POOLS:
        return other_anchors(config["anchor_proj_type"])
    assert case.mode == "eval" or drop_path_rate == 0, "stochastic depth cannot be compared"
    model = GRLNetwork(pool=POOLS[config.pop("anchor_proj_type")], **config)
    # The published tables, indices and masks are buffers; the blocks build their own.
    buffers = case.of("buffer")
    for name, tensor in buffers.items():
        model.register_buffer(name, tensor.clone())

    def call(x: Tensor) -> Tensor:
        with recorded_geometry([t for name, t in buffers.items() if name.startswith("table")]):
            return model(x)

    return Unit(model, call, names=(*BLOCK, ("upsample.up", "upsample")))


UNITS = {
    "AffineTransform": affine_transform,
    "WindowAttention": window_attention,
    "AnchorProjection": anchor_projection,
    "AnchorStripeAttention": anchor_stripe_attention,
    "MixedAttention": mixed_attention,
    "EfficientMixAttnTransformerBlock": transformer_block,
    "CAB": cab,
    "GRL.set_table_index_mask": set_table_index_mask,
    "GRL (whole network, miniature)": network,
}
