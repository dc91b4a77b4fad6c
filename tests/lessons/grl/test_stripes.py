"""What lesson 08c's page takes from the library: walls made by hand, a network for them, damage, memory and reach."""

from itertools import product

import pytest
import torch

from attention_lab.lessons.grl import pictures as grl
from attention_lab.lessons.grl import relative_positions, stripes
from attention_lab.lessons.grl.damaged_restorer import DAMAGES, damaged
from attention_lab.lessons.grl.task import GRID, PLACES, Restorer, blurred, gains_of_a_blur, sticker_walls
from attention_lab.lessons.grl.wall_net import WallNet, error_at_damage, left_as_it_is, wall_targets
from autograder.lessons.topics import topic
from tests.course.test_given import of_page

REFERENCE = topic("grl").reference
WALLS = sticker_walls(2, seed=2)


def block():
    return REFERENCE.GRLBlock(32, 1, 1, (4, 10), (2, 20), down_factor=2, mlp_ratio=2)


@pytest.mark.parametrize("which", range(2))
def test_a_branch_made_by_hand_finds_the_answers_that_are_in_its_reach_and_no_others(which):
    whole, kinds, found = WALLS.whole[which], WALLS.kinds[which], {}
    for branch in grl.branches_by_hand(WALLS, which):
        assert torch.allclose(branch.weights.sum(1), torch.ones(160))
        assert (branch.weights[~grl._inside(branch.boxes)] == 0).all()
        wrong = (branch.weights @ left_as_it_is(WALLS)[which] - whole).square().mean(1)
        found[branch.title.partition(":")[0]] = {place for kind, place in enumerate(PLACES)
                                                 if (wrong[kinds == kind] < 1e-4).all()}
    assert found == {"window": {"window"}, "stripe": {"stripe"}, "local": set()}


def test_a_wall_to_point_at_says_what_there_is_to_see(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    grl.point_at_wall(WALLS)
    assert shown[0]["text/plain"].endswith("its partner is in the same window. Closest to the whole token: the "
                                           "window's answer.")
    assert shown[0]["text/html"].count("<img alt=") == 3 and "NaN" not in shown[0]["text/html"]


def test_branches_that_are_off_cost_no_parameters_and_only_average():
    wall_block, sizes = of_page("08c_grl", "wall_block", experiments=True), set()
    for on in product((False, True), repeat=2):
        block, seen = wall_block(*on), []
        sizes.add(sum(p.numel() for p in block.parameters()))
        stripes = block.attn.stripe_attention
        for transform in (block.attn.window_attention.transform, stripes.transform_in, stripes.transform_out):
            transform.register_forward_hook(lambda module, inputs, logits, seen=seen: seen.append(bool(logits.any())))
        block(torch.randn(1, 160, 32), GRID)
        assert seen == [on[0], on[1], on[1]], on
    assert len(sizes) == 1


def test_a_network_for_walls_starts_with_queries_like_its_keys():
    torch.manual_seed(0)
    model, targets = WallNet(block), wall_targets(WALLS)
    assert error_at_damage(left_as_it_is(WALLS), targets) > error_at_damage(WALLS.whole, targets) == 0
    assert model(WALLS.seen).shape == (2, 160, 12)
    attn = model.block.attn
    queries, keys = attn.qkv.weight[48:64], attn.qkv.weight[64:80]
    assert torch.equal(queries, keys) and torch.equal(attn.anchor.reduction.weight.flatten(), queries.flatten())


def test_each_damage_changes_what_the_blocks_make():
    def restorer():
        torch.manual_seed(0)
        model = Restorer([REFERENCE.GRLBlock(24, 1, 1, (8, 8), (8, None), (None, 1), window_shift=True, down_factor=2)],
                         24)
        torch.nn.init.normal_(model.last.weight)
        return model

    pictures = torch.rand(1, 3, 32, 32)
    whole = restorer()(pictures)
    for damage in DAMAGES[:4]:
        assert not torch.allclose(damaged(restorer(), damage)(pictures), whole), damage
    assert torch.equal(damaged(restorer(), DAMAGES[4])(pictures), whole)  # other windows are made with the network


def test_a_blur_keeps_grey_and_its_width_is_chosen_on_the_other_photographs():
    assert torch.allclose(blurred(torch.full((1, 3, 20, 20), 0.5), 1.3), torch.tensor(0.5))
    whole = torch.full((6, 3, 24, 24), 0.5)
    whole[0, :, ::2] = 1.0  # fine lines, which any blur ruins
    seen = whole + 0.1 * torch.randn(whole.shape, generator=torch.Generator().manual_seed(0))
    found = list(gains_of_a_blur(seen, whole).values())
    assert found[0] < -5 and min(found[1:]) > 6


def test_only_windows_cost_as_many_times_more_as_there_are_more_tokens():
    small, large = (stripes.training_memory(lambda q, k, v, transform: transform(q @ k.mT).softmax(-1) @ v, side)
                    for side in (16, 32))
    growth = {kind: large[kind] / small[kind] for kind in small}
    assert growth["windows of 8 x 8"] == pytest.approx(4, rel=0.05)
    assert growth["full map"] > growth["stripes"] > growth["stripes, anchors 1/2"] > 4


def test_a_stripe_reaches_all_columns_and_a_window_does_not(capsys):
    def attention(size, groups):
        return lambda: REFERENCE.AnchoredStripeAttention(1, size, groups, down_factor=2)

    torch.manual_seed(0)
    assert stripes.reach(attention((8, None), (None, 1))(), 32, 48) == (8, 48)
    assert stripes.reach(attention((8, 8), (None, None))(), 32, 48) == (8, 8)
    stripes.print_reach(attention((None, None), (4, 1)))  # 8 rows of 32, but 12 of 48
    stripes.print_reach(attention((8, None), (None, 1)))
    assert capsys.readouterr().out.split("repaired: ")[1:] == [
        "No, not yet.\n" + "".join(f"in an image of {h} x {w}: 8 rows and {w} columns\n"
                                   for h, w in stripes.REPAIRED_ON), "Yes.\n"]


@pytest.mark.parametrize("down_factor", [1, 2])
def test_offsets_are_the_references(down_factor):
    assert torch.allclose(relative_positions.relative_coords_table((4, 6), down_factor),
                          REFERENCE.relative_coords_table((4, 6), down_factor))
    for from_anchor in (False, True):
        assert torch.equal(relative_positions.relative_position_index((4, 6), down_factor, from_anchor),
                           REFERENCE.relative_position_index((4, 6), down_factor, from_anchor))


def test_every_token_of_a_wall_can_be_spoken_of():
    says = {grl.said_of(WALLS, 0, token, {"window": 0.1, "stripe": 0.2}).split(": ", 1)[1]
            for token in range(GRID[0] * GRID[1])}
    assert len(says) == 5
