"""Properties of what no recorded case holds: pieces that appear only inside larger units, and CAT-Net's paper form."""
import json
import math

import pytest
import torch
import torch.nn.functional as F

from autograder.lessons.topics import SOLUTIONS
from solutions.bam.reference import BAM, RepairedSpatialAttention, SpatialBranch, conv_output_size
from solutions.catnet.reference import (
    CMAT,
    CrossMaskedAttention,
    iterative_refinement,
    masked_average_pool,
    prior_mask,
    prototype_segmentation,
)
from solutions.cbam.reference import CBAM, ChannelGate, SpatialGate, flexible_attention
from solutions.cosine.reference import WindowAttention, cosine_attention
from solutions.danet.reference import ChannelAttention, DANetHead, PositionAttention
from solutions.eca.reference import ECABlock, band_matrix, eca_kernel_size
from solutions.external.reference import ExternalAttention, MultiHeadExternalAttention, attention_cost, double_normalize
from solutions.memory.reference import EfficientPositionAttention
from solutions.polarized.reference import AuthorsPolarized, ChannelPolarized, PolarizedSelfAttention, SpatialPolarized
from solutions.pyramid_split.reference import EPSABlock, PyramidSplitAttention, SplitAndConcat
from solutions.warmup.reference import count_parameters, dot_product_attention, gate, global_average_pool
from solutions.windows.reference import window_partition, window_reverse


def random(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(sum(shape)))


def randomised(module: torch.nn.Module) -> torch.nn.Module:
    """In float64, with nothing left at its initial value."""
    module.double()
    for i, parameter in enumerate(module.parameters()):
        generator = torch.Generator().manual_seed(i)
        parameter.data = torch.randn(parameter.shape, dtype=torch.float64, generator=generator) / 2
    return module


def blob(batch: int, height: int, width: int) -> torch.Tensor:
    mask = torch.zeros(batch, height, width, dtype=torch.float64)
    mask[:, height // 4 : height // 2 + 1, width // 3 :] = 1
    return mask


# --- the warm-up ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("scale", [None, 0.3, 0.0, -1.0])
def test_attention_is_that_of_torch(scale):
    q, k, v = random(2, 3, 5), random(2, 7, 5), random(2, 7, 4)
    expected = F.scaled_dot_product_attention(q, k, v, scale=scale)
    torch.testing.assert_close(dot_product_attention(q, k, v, scale), expected, atol=1e-12, rtol=0)


def test_attention_is_a_mean_that_asks_for_no_order_and_no_company():
    q, k, v = random(2, 3, 5), random(2, 7, 5), random(2, 7, 4)
    y, order = dot_product_attention(q, k, v), torch.randperm(7, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(dot_product_attention(q, k, torch.ones_like(v)), torch.ones_like(y), atol=1e-12, rtol=0)
    torch.testing.assert_close(dot_product_attention(q, k[:, order], v[:, order]), y, atol=1e-12, rtol=0)
    torch.testing.assert_close(dot_product_attention(q[:, 1:2], k, v), y[:, 1:2], atol=1e-12, rtol=0)


def test_a_gate_of_means_in_every_shape():
    x = random(2, 3, 4, 5)
    means = global_average_pool(x)
    assert torch.equal(gate(x, means), gate(x, means[:, :, None, None]))
    assert torch.equal(gate(x, means), gate(x, means[:, :, None, None].expand_as(x)))
    assert torch.equal(gate(x, torch.ones(2, 1, 4, 5).double()), x)


def test_parameters_are_counted_once():
    layer = torch.nn.Linear(3, 3)
    both = torch.nn.Sequential(layer, layer, torch.nn.BatchNorm1d(3))
    assert count_parameters(both) == 12 + 6
    layer.bias.requires_grad_(False)
    assert count_parameters(both) == 9 + 6


# --- GRL -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("size, window", [((6, 8), (3, 2)), ((5, 7), (5, 7)), ((4, 9), (1, 3)), ((2, 3), (1, 1))])
def test_window_reverse_undoes_window_partition(size, window):
    x = random(3, *size, 2)
    windows = window_partition(x, window)
    assert windows.shape == (3 * size[0] // window[0] * (size[1] // window[1]), *window, 2)
    assert torch.equal(window_reverse(windows, window, size), x)


def test_windows_count_row_by_row_images_outermost():
    x = random(2, 6, 8, 1)
    windows = window_partition(x, (3, 2))
    assert torch.equal(windows[1], x[0, :3, 2:4])
    assert torch.equal(windows[4], x[0, 3:, :2])
    assert torch.equal(windows[8], x[1, :3, :2])


@pytest.mark.parametrize("window", [(4, 2), (3, 3), (0, 2), (7, 8)])
def test_windows_that_do_not_tile_are_refused(window):
    with pytest.raises(ValueError, match="6, 8"):
        window_partition(random(1, 6, 8, 2), window)
    with pytest.raises(ValueError, match="6, 8"):
        window_reverse(random(1, 3, 2, 2), window, (6, 8))


def identity(cosine: torch.Tensor) -> torch.Tensor:
    return cosine


def test_weights_of_cosine_attention_sum_to_one():
    y = cosine_attention(random(2, 3, 5, 4), random(2, 3, 7, 4), torch.ones(2, 3, 7, 6).double(), lambda c: 9 * c + 1)
    torch.testing.assert_close(y, torch.ones_like(y), atol=1e-12, rtol=0)


def test_cosine_attention_ignores_the_length_of_queries_and_keys():
    q, k, v = random(1, 2, 5, 4), random(1, 2, 7, 4), random(1, 2, 7, 3)
    y = cosine_attention(q, k, v, identity)
    torch.testing.assert_close(cosine_attention(3 * q, k / 7, v, identity), y, atol=1e-12, rtol=0)
    cosine = F.cosine_similarity(q[:, :, :, None], k[:, :, None], dim=-1)
    torch.testing.assert_close(cosine.softmax(dim=-1) @ v, y, atol=1e-12, rtol=0)


def test_shifted_windows_begin_half_a_window_later_on_each_axis():
    """Published is half the height on both axes, so that no recorded case can hold this."""
    size, window = (4, 12), (2, 6)
    attention = randomised(WindowAttention(2, window, shift=True))
    group = torch.tensor([[(r - 1) // 2 * 10 + (c - 3) // 6 for c in range(12)] for r in range(4)]).flatten()
    qkv = random(1, 48, 12).requires_grad_()
    y = attention(qkv, size)
    for token in 0, 14, 30, 47:
        (gradient,) = torch.autograd.grad(y[0, token].sum(), qkv, retain_graph=True)
        assert torch.equal(gradient[0].abs().amax(dim=-1) > 1e-15, group == group[token])


# --- CAT-Net ---------------------------------------------------------------------------------------------------------

def test_a_mask_keeps_what_was_gathered():
    attention = randomised(CrossMaskedAttention(8, reduction=4))
    x, y, mask = random(2, 8, 3, 5), random(2, 8, 5, 3).reshape(2, 8, 3, 5), blob(2, 3, 5)[:, None]
    assert mask.min() == 0 and mask.max() == 1
    torch.testing.assert_close(attention(x, y, mask), attention(x, y) * mask, atol=0, rtol=0)
    weights = attention.attention(x, y)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 15).double(), atol=1e-12, rtol=0)
    one = attention.value(y).flatten(2)[0] @ weights[0, 7]
    torch.testing.assert_close(attention(x, y)[0, :, 1, 2], one, atol=1e-12, rtol=0)


def layer_norm(norm: torch.nn.LayerNorm, x: torch.Tensor) -> torch.Tensor:
    """Over the channels of an image, written out."""
    centred = x - x.mean(dim=1, keepdim=True)
    x = centred / (centred.square().mean(dim=1, keepdim=True) + norm.eps).sqrt()
    return x * norm.weight[:, None, None] + norm.bias[:, None, None]


def cmat_by_hand(block: CMAT, features: list[torch.Tensor], masks: list[torch.Tensor]) -> list[torch.Tensor]:
    features = [layer_norm(block.norm0, a + block.self_attention(a, a)) for a in features]
    result = []
    for a, b, mask in zip(features, reversed(features), masks, strict=True):
        z = layer_norm(block.norm1, a + mask * block.cross_attention(a, b))
        first, _, second = block.mlp
        hidden = torch.einsum("oc,bchw->bohw", first.weight, z) + first.bias[:, None, None]
        mlp = torch.einsum("oc,bchw->bohw", second.weight, hidden.relu()) + second.bias[:, None, None]
        result.append(layer_norm(block.norm2, z + mlp))
    return result


@pytest.mark.parametrize("batch, size", [(1, (3, 5)), (2, (4, 3))])
def test_cmat_equals_its_definition(batch, size):
    block = randomised(CMAT(8, reduction=2))
    features = [random(batch, 8, *size), random(batch, 8, *size) * 2 - 1]
    masks = [random(batch, 1, *size).sigmoid(), blob(batch, *size)[:, None]]
    for ours, expected in zip(block(*features, *masks), cmat_by_hand(block, features, masks), strict=True):
        torch.testing.assert_close(ours, expected, atol=1e-12, rtol=0)


def test_cmat_serves_both_directions_with_the_same_layers():
    block = randomised(CMAT(8, reduction=2))
    query, support = random(1, 8, 3, 5), random(1, 8, 3, 5) ** 2
    query_mask, support_mask = random(1, 1, 3, 5).sigmoid(), blob(1, 3, 5)[:, None]
    forth = block(query, support, query_mask, support_mask)
    back = block(support, query, support_mask, query_mask)
    assert torch.equal(forth[0], back[1]) and torch.equal(forth[1], back[0])


def test_refinement_gives_one_probability_map_a_block():
    blocks = [randomised(CMAT(8)) for _ in range(3)]
    maps = iterative_refinement(blocks, random(2, 8, 5, 4), random(2, 8, 5, 4) + 1, blob(2, 11, 9))
    assert [tuple(p.shape) for p in maps] == [(2, 1, 5, 4)] * 3
    assert all(p.min() > 0 and p.max() < 1 for p in maps)
    maps[-1].sum().backward()
    for block in blocks:
        # A key bias moves all logits of a row alike, so its gradient is zero but for rounding.
        assert all(p.grad is not None and (p.grad.abs().max() > 1e-12 or name.endswith("key.bias"))
                   for name, p in block.named_parameters())


def test_refinement_by_hand():
    first, second = randomised(CMAT(8)), randomised(CMAT(8, reduction=4))
    query, support, mask = random(2, 8, 5, 4), random(2, 8, 5, 4) - 1, blob(2, 11, 9)

    small = F.interpolate(mask[:, None], size=(5, 4), mode="bilinear", align_corners=True)
    q, s = first(query, support, prior_mask(query, support, mask), small)
    prototype = masked_average_pool(s, mask)
    # The threshold splits the image, so that the second block's mask is neither empty nor full.
    cosine = F.cosine_similarity(q, prototype[:, :, None, None], dim=1)
    options = {"threshold": -8 * cosine.median().item(), "scale": 8.0}
    maps = iterative_refinement([first, second], query, support, mask, **options)
    expected = prototype_segmentation(q, prototype, **options)
    torch.testing.assert_close(maps[0], expected, atol=1e-12, rtol=0)

    binary = (expected > 0.5).double()
    assert 0.2 < binary.mean() < 0.8
    q, s = second(q, s, binary, small)
    expected = prototype_segmentation(q, masked_average_pool(s, mask), **options)
    torch.testing.assert_close(maps[1], expected, atol=1e-12, rtol=0)


# --- ECA -------------------------------------------------------------------------------------------------------------

def test_the_kernel_sizes_are_those_of_the_formula_that_the_authors_point_to():
    rows = json.loads((SOLUTIONS / "eca/parity/eca/kernel_sizes.json").read_text(encoding="utf-8"))["rows"]
    assert len(rows) > 20
    assert [eca_kernel_size(row["C"]) for row in rows] == [row["issue24_formula"] for row in rows]


@pytest.mark.parametrize("channels, k", [(8, 3), (5, 7), (1, 5), (40, 1), (3, 11)])
def test_the_band_matrix_is_the_convolution(channels, k):
    block = randomised(ECABlock(channels, k))
    x = random(2, channels, 3, 4)
    band = band_matrix(block.conv.weight[0, 0], channels)
    gates = torch.sigmoid(x.mean(dim=(2, 3)) @ band.T)
    torch.testing.assert_close(block(x), x * gates[:, :, None, None], rtol=0, atol=1e-12)
    assert torch.autograd.gradcheck(lambda kernel: band_matrix(kernel, channels), random(k).requires_grad_())


def test_resnet_50_with_the_released_kernels_has_the_80_parameters_of_the_abstract():
    stages = list(zip((256, 512, 1024, 2048), (3, 4, 6, 3), (3, 5, 5, 7), strict=True))
    assert sum(n * ECABlock(c, k).conv.weight.numel() for c, n, k in stages) == 80
    assert sum(n * ECABlock(c).conv.weight.numel() for c, n, _ in stages) == 86


# --- CBAM ------------------------------------------------------------------------------------------------------------

def test_flexible_attention_is_the_channel_gate_without_biases():
    gate, x = randomised(ChannelGate(9, reduction=2)), random(2, 9, 3, 5)
    first, _, second = gate.mlp
    first.bias.data.zero_()
    second.bias.data.zero_()
    torch.testing.assert_close(flexible_attention(x, first.weight, second.weight), x * gate(x), rtol=0, atol=1e-12)


@pytest.mark.parametrize("kernel_size", [1, 3, 9])
def test_the_spatial_gate_of_the_paper_is_the_one_without_batchnorm(kernel_size):
    gate, x = randomised(SpatialGate(kernel_size)), random(2, 4, 5, 6)
    gate.bn = torch.nn.Identity()
    windows = F.unfold(torch.stack([x.amax(dim=1), x.mean(dim=1)], dim=1), kernel_size, padding=kernel_size // 2)
    expected = torch.sigmoid(gate.conv.weight.flatten() @ windows).reshape(2, 1, 5, 6)
    torch.testing.assert_close(gate(x), expected, rtol=0, atol=1e-12)


def test_shuffled_channels_leave_the_map_alone_and_shuffled_positions_the_channel_gate():
    x, order = random(2, 8, 4, 5), torch.randperm(8, generator=torch.Generator().manual_seed(0))
    gate, spatial = randomised(ChannelGate(8, reduction=4)), randomised(SpatialGate(3)).eval()
    torch.testing.assert_close(spatial(x[:, order]), spatial(x), rtol=0, atol=1e-12)
    torch.testing.assert_close(gate(x.flip(2).mT), gate(x), rtol=0, atol=1e-12)


def test_a_cbam_block_costs_the_parameters_of_the_authors():
    assert sum(p.numel() for p in ChannelGate(64).parameters()) == 580
    assert sum(p.numel() for p in CBAM(256).parameters()) == 8564
    stages = zip((256, 512, 1024, 2048), (3, 4, 6, 3), strict=True)
    assert sum(n * p.numel() for c, n in stages for p in CBAM(c).parameters()) == 28_089_624 - 25_557_032


# --- BAM -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("size, k, padding, dilation, stride", [
    (7, 3, 1, 2, 1), (13, 4, 0, 3, 2), (224, 7, 3, 1, 2), (5, 2, 3, 4, 3), (1, 3, 6, 6, 1),
])
def test_the_output_size_is_that_of_torch(size, k, padding, dilation, stride):
    y = F.conv1d(random(1, 1, size), random(1, 1, k), padding=padding, dilation=dilation, stride=stride)
    assert conv_output_size(size, k, padding, dilation, stride) == y.shape[-1]


@pytest.mark.parametrize("combine, together", [("sum", torch.add), ("product", torch.mul)])
def test_bam_gates_x_by_both_maps_and_adds_it(combine, together):
    block, x = randomised(BAM(12, 3, 2, combine)).eval(), random(2, 12, 5, 8)
    channels, positions = block.channel(x), block.spatial(x)
    assert channels.shape == (2, 12, 1, 1) and positions.shape == (2, 1, 5, 8)
    torch.testing.assert_close(block(x), x * (1 + torch.sigmoid(together(channels, positions))), atol=1e-12, rtol=0)


@pytest.mark.parametrize("dilation", [1, 2, 4])
def test_the_spatial_branch_sees_4_d_and_1_positions_a_side_and_no_more(dilation):
    branch, x = randomised(SpatialBranch(6, 2, dilation)).eval(), random(1, 6, 21, 23).requires_grad_()
    (seen,) = torch.autograd.grad(branch(x)[0, 0, 10, 11], x)
    rows, columns = seen.abs().sum((0, 1)).nonzero().T
    assert (rows - 10).abs().max() <= 2 * dilation and (columns - 11).abs().max() <= 2 * dilation
    assert len(rows) <= 25 and not rows.sub(10).remainder(dilation).any()


def test_the_repaired_attention_is_the_snippet_on_the_inside_of_a_large_map():
    """Padding acts at the border alone: away from it, the snippet and its repair are the same map, moved."""
    repaired = randomised(RepairedSpatialAttention(6, 2, 3, 2)).eval()
    snippet = randomised(RepairedSpatialAttention(6, 2, 3, 2)).eval()
    for i in range(3):
        getattr(snippet.sa, f"conv_{i}").padding = 1, 1
    x = random(1, 6, 20, 22)
    inside = slice(6, -6), slice(6, -6)
    shrunken = snippet.sa(x)
    assert shrunken.shape == (1, 1, 14, 16)
    torch.testing.assert_close(repaired(x)[:, :1, *inside], shrunken[:, :, 3:-3, 3:-3], atol=1e-12, rtol=0)


def test_resnet_50_with_three_bams_has_the_parameters_of_the_published_network():
    assert 25_557_032 + sum(count_parameters(BAM(channels)) for channels in (256, 512, 1024)) == 25_915_099


# --- DANet -----------------------------------------------------------------------------------------------------------

def test_position_attention_is_that_of_torch_without_a_scale():
    block, x = randomised(PositionAttention(8, 4)), random(2, 8, 3, 5)
    q, k, v = (layer(x).flatten(2).mT for layer in (block.query, block.key, block.value))
    gathered = F.scaled_dot_product_attention(q, k, v, scale=1.0).mT.reshape(x.shape)
    torch.testing.assert_close(block(x), x + block.gamma * gathered, atol=1e-12, rtol=0)


@pytest.mark.parametrize("kind", [PositionAttention, EfficientPositionAttention])
def test_shuffled_positions_shuffle_what_position_attention_gives(kind):
    block, x, order = randomised(kind(8, 4)), random(1, 8, 4,
                                                     5), torch.randperm(20, generator=torch.Generator().manual_seed(0))
    shuffled = x.flatten(2)[..., order].reshape(x.shape)
    torch.testing.assert_close(block(shuffled).flatten(2), block(x).flatten(2)[..., order], atol=1e-12, rtol=0)


@pytest.mark.parametrize("size", [(3, 5), (16, 16), (13, 31)])
def test_the_efficient_form_gives_the_same_result_and_gradients(size):
    plain, efficient = randomised(PositionAttention(6, 2)), EfficientPositionAttention(6, 2).double()
    efficient.load_state_dict(plain.state_dict())
    x = random(2, 6, *size) / 2
    found = []
    for block in (plain, efficient):
        leaf = x.clone().requires_grad_()
        y = block(leaf)
        found.append([y, *torch.autograd.grad((y * y.detach().sin()).sum(), [leaf, *block.parameters()])])
    for ours, expected in zip(*found, strict=True):
        torch.testing.assert_close(ours, expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize("negate", [False, True])
def test_channel_attention_mixes_channels_and_does_not_see_the_order_of_positions(negate):
    block, x = randomised(ChannelAttention(negate)), random(2, 5, 3, 4) / 3
    weights, rows = block.attention(x), x.flatten(2)
    assert weights.shape == (2, 5, 5)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 5).double(), atol=1e-12, rtol=0)
    energy = torch.einsum("bin,bjn->bij", rows, rows)
    torch.testing.assert_close(weights, torch.softmax(-energy if negate else energy, dim=-1), atol=1e-12, rtol=0)
    torch.testing.assert_close(block.attention(x.flip(2, 3)), weights, atol=1e-12, rtol=0)
    torch.testing.assert_close(block(x).flatten(2), rows + block.gamma * (weights @ rows), atol=1e-12, rtol=0)


@pytest.mark.parametrize("block", [PositionAttention(8), ChannelAttention(), EfficientPositionAttention(8)],
                         ids=lambda b: type(b).__name__)
def test_a_fresh_attention_changes_nothing(block):
    x = random(2, 8, 3, 5)
    assert torch.equal(block.double()(x), x)


@pytest.mark.parametrize("classes, parameters", [(19, 23_954_619), (21, 23_957_697)])
def test_the_head_has_the_parameters_of_the_published_one(classes, parameters):
    assert count_parameters(DANetHead(2048, classes)) == parameters


def test_the_fused_logits_come_from_the_sum_of_the_branches():
    head, x = randomised(DANetHead(32, 3)).eval(), random(2, 32, 4, 5)
    p = head.position_out(head.position(head.position_in(x)))
    c = head.channel_out(head.channel(head.channel_in(x)))
    expected = [layer[1](part) for layer, part in
                ((head.classify_fused, p + c), (head.classify_position, p), (head.classify_channel, c))]
    for ours, wanted in zip(head(x), expected, strict=True):
        torch.testing.assert_close(ours, wanted, atol=1e-12, rtol=0)


# --- Pyramid split attention -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("kernels, groups", [((3, 5, 7, 9), (1, 4, 8, 16)), ((1, 3), (2, 4)), ((5, 3, 3), (1, 2, 1))])
def test_every_scale_is_a_convolution_of_all_channels(kernels, groups):
    split, x = randomised(SplitAndConcat(16, 16 * len(kernels), kernels, groups,
                                         stride=2)), random(2, 16, 7, 6).requires_grad_()
    scales = split(x)
    for i, (k, g) in enumerate(zip(kernels, groups, strict=True)):
        expected = F.conv2d(x, split.convs[i].weight, stride=2, padding=k // 2, groups=g)
        torch.testing.assert_close(scales[:, i], expected, atol=1e-12, rtol=0)
        (seen,) = torch.autograd.grad(scales[:, i].sum(), x, retain_graph=True)
        assert (seen.abs().amax((0, 2, 3)) > 0).all()


@pytest.mark.parametrize("scales", [2, 3, 4])
def test_shares_sum_to_one_and_differ_by_a_factor_of_e_at_most(scales):
    module, x = randomised(PyramidSplitAttention(4, 8 * scales, (3,) * scales, (1,) * scales,
                                                 reduction=2)), 5 * random(3, 4, 5, 6)
    pyramid = module.split(x)
    shares = module(x).view_as(pyramid) / pyramid
    torch.testing.assert_close(shares.sum(dim=1), torch.ones_like(shares[:, 0]), atol=1e-9, rtol=0)
    assert shares.min() > 1 / (1 + (scales - 1) * math.e) and shares.max() < math.e / (math.e + scales - 1)
    # one a channel, for all positions
    torch.testing.assert_close(shares, shares[..., :1, :1].expand_as(shares), atol=1e-9, rtol=0)


def test_scales_that_change_places_take_their_shares_along():
    module, x = randomised(PyramidSplitAttention(8, 24, (3, 5, 1), (1, 4, 2), reduction=2)), random(2, 8, 5, 6)
    before = module(x).unflatten(1, (3, 8))
    module.split.convs = torch.nn.ModuleList(module.split.convs[i] for i in (2, 0, 1))
    torch.testing.assert_close(module(x).unflatten(1, (3, 8)), before[:, [2, 0, 1]], atol=1e-12, rtol=0)


def test_scales_that_cannot_share_the_channels_are_refused():
    with pytest.raises(ValueError, match="3 scales cannot share 16 channels"):
        SplitAndConcat(8, 16, (1, 3, 5), (1, 1, 1))
    with pytest.raises(ValueError, match="2 kernel sizes and 4"):
        SplitAndConcat(8, 16, (1, 3))


@pytest.mark.parametrize("numbers, parameters", [((3, 4, 6, 3), 22_561_715), ((3, 4, 23, 3), 38_900_279)])
def test_epsanet_has_the_parameters_of_the_published_network(numbers, parameters):
    total, inputs = 3 * 64 * 49 + 2 * 64 + 2048 * 1000 + 1000, 64
    with torch.device("meta"):
        for stage, number in enumerate(numbers):
            planes = 64 * 2**stage
            for i in range(number):
                fit = torch.nn.Sequential(torch.nn.Conv2d(inputs, 4 * planes, 1, bias=False),
                                          torch.nn.BatchNorm2d(4 * planes))
                total += count_parameters(EPSABlock(inputs, planes, downsample=None if i else fit))
                inputs = 4 * planes
    assert total == parameters


# --- Polarized Self-Attention ----------------------------------------------------------------------------------------

def test_the_channel_branch_is_attention_with_one_learned_query():
    branch, x = randomised(ChannelPolarized(9)), random(2, 9, 3, 5)
    tokens = x.flatten(2).mT
    query = branch.wq.weight.flatten(1).expand(2, 1, 9)
    summary = dot_product_attention(query, tokens, branch.wv(x).flatten(2).mT, scale=1.0)
    scores = summary[:, 0] @ branch.wz.weight.flatten(1).T + branch.wz.bias
    expected = torch.sigmoid(F.layer_norm(scores, (9,), branch.ln.weight, branch.ln.bias))
    torch.testing.assert_close(branch(x).flatten(1), expected, rtol=0, atol=1e-12)


def test_both_branches_take_weighted_means():
    """Where all values are equal a weighted mean is that value, whatever the weights; so are the gates of it."""
    x = random(2, 8, 3, 5)
    spatial = randomised(SpatialPolarized(8))
    spatial.wv.weight.data.zero_(), spatial.wv.bias.data.fill_(1.7)
    torch.testing.assert_close(spatial(x), torch.full((2, 1, 3, 5), 1.7, dtype=torch.float64).sigmoid(), rtol=0,
                               atol=1e-12)
    channel = randomised(ChannelPolarized(8))
    channel.wv.weight.data.zero_()
    torch.testing.assert_close(channel(x)[0], channel(x)[1], rtol=0, atol=1e-12)


def test_shuffled_positions_leave_the_channel_gates_alone_and_shuffle_the_map():
    x = random(2, 8, 4, 5)
    channel, spatial = randomised(ChannelPolarized(8)), randomised(SpatialPolarized(8))
    torch.testing.assert_close(channel(x.flip(2).mT), channel(x), rtol=0, atol=1e-12)
    torch.testing.assert_close(spatial(x.flip(2).mT), spatial(x).flip(2).mT, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layout", ["parallel", "sequential"])
def test_gates_that_are_half_open(layout):
    block, x = PolarizedSelfAttention(6, layout).double(), random(2, 6, 3, 4)
    for parameter in block.parameters():
        parameter.data.zero_()
    torch.testing.assert_close(block(x), x * {"parallel": 1.0, "sequential": 0.25}[layout], rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind, layout, expected", [
    (PolarizedSelfAttention, "parallel", 8545), (PolarizedSelfAttention, "sequential", 8545),
    (AuthorsPolarized, "parallel", 8256), (AuthorsPolarized, "sequential", 7064),
])
def test_a_polarized_block_for_64_channels_costs_what_the_published_ones_do(kind, layout, expected):
    assert count_parameters(kind(64, layout)) == expected


def test_the_authors_parallel_map_can_neither_open_nor_close():
    block, x = randomised(AuthorsPolarized(16)), random(2, 16, 7, 9)
    gates = block.spatial_gate(x)
    assert gates.min() >= 0.5 and gates.max() <= torch.sigmoid(torch.tensor(1.0))


@pytest.mark.parametrize("kind", [PolarizedSelfAttention, AuthorsPolarized])
def test_another_layout_is_refused(kind):
    with pytest.raises(ValueError, match="serial"):
        kind(8, "serial")


# --- external attention ---------------------------------------------------------------------------------------------

def test_double_normalization_is_one_softmax_of_logits_less_the_logarithms_of_their_sums():
    logits = random(2, 7, 5)
    expected = (logits - logits.logsumexp(dim=1, keepdim=True)).softmax(dim=2)
    torch.testing.assert_close(double_normalize(logits, eps=0), expected, atol=1e-12, rtol=0)
    torch.testing.assert_close(double_normalize(logits + 3 * random(1, 1, 5), eps=0), expected, atol=1e-12, rtol=0)


def test_external_attention_knows_no_order_and_no_number_of_tokens():
    module, x = randomised(ExternalAttention(6, 9)), random(2, 7, 6)
    order = torch.randperm(7, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(module(x[:, order]), module(x)[:, order], atol=1e-12, rtol=0)
    torch.testing.assert_close(module(x.repeat(1, 4, 1))[:, :7], module(x), atol=1e-7, rtol=0)  # but for eps


def test_one_head_without_expansion_is_external_attention_between_two_layers():
    many, one = randomised(MultiHeadExternalAttention(6, 1, 1, 9)), ExternalAttention(6, 9).double()
    one.mk.weight.data, one.mv.weight.data = many.mk.weight.data, many.mv.weight.data
    x = random(2, 7, 6)
    expected = many.proj(one(many.expand(x)) + many.mv.bias)  # the bias of mk cancels
    torch.testing.assert_close(many(x), expected, atol=1e-7, rtol=0)


def test_the_cost_of_attention():
    assert attention_cost(10, 4, 3) == (800, 240)
    assert attention_cost(64, 5, 64)[0] == attention_cost(64, 5, 64)[1]
