"""What pages on ResT, external attention, windows and polarized attention show."""

import pytest
import torch
from torch import nn

from attention_lab.lessons.cosine import experiment as wider
from attention_lab.lessons.external import task as hue_discs
from attention_lab.lessons.polarized import pictures as polarized
from attention_lab.lessons.rest import pictures as keys
from attention_lab.lessons.rest import task as legends_and_dominoes
from attention_lab.lessons.rest.rest_lite import ResTLite
from attention_lab.lessons.windows import pictures as windows
from attention_lab.networks.training import Results
from attention_lab.pictures import borrowed
from attention_lab.tasks import coloured_tiles
from solutions.cosine import reference as cosine
from solutions.polarized.reference import SpatialPolarized
from solutions.rest import reference as rest
from solutions.windows import reference as swin
from tests.course.test_given import of_page


def test_a_key_reads_the_cells_of_its_window():
    cells = keys.cells_of_keys(rest.EMSA(4, 1, 4).sr, 16)
    assert cells.shape == (4, 4, 16, 16)
    rows, columns = (cells[2, 1].any(axis).nonzero().flatten().tolist() for axis in (1, 0))
    assert (rows, columns) == ([6, 7, 8, 9, 10], [2, 3, 4, 5, 6])
    assert keys.cells_of_keys(None, 3).flatten(0, 1).flatten(1).equal(torch.eye(9) > 0)


def test_entries_are_counted_once_for_each_key():
    legends = legends_and_dominoes.small_legends(1, seed=1, size=2)._replace(
        corners=torch.tensor([[[6, 2], [6, 4], [8, 2], [8, 4]]])
    )
    held = keys.entries_of_keys(keys.cells_of_keys(rest.EMSA(4, 1, 4).sr, 16), legends, size=2)
    assert held[2, 1] == 4 and held.max() == 4 and held[0, 3] == 0


def test_rest_lite_is_made_of_the_lessons_modules():
    network = ResTLite(rest.PixelAttention, rest.OverlapPatchEmbed, rest.ResTBlock).eval()
    assert network(torch.randn(1, 3, 65, 49)).shape == (1, 1000)
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(10.5e6, rel=0.01)


def test_self_attention_borrows_the_map_of_the_image_before_and_nothing_else():
    torch.manual_seed(0)
    module, x = hue_discs.SelfAttention(8), torch.randn(3, 5, 8)
    weights = (module.q(x) @ module.k(x).mT / 8 ** 0.5).softmax(2)
    assert module(x).allclose(module.out(weights @ module.v(x)))
    module.borrowed = True
    assert module(x)[1].allclose(module.out(weights[0] @ module.v(x[1])), atol=1e-6)


def test_the_network_of_the_discs_answers_at_half_the_resolution():
    discs = hue_discs.hue_discs(6, seed=1, question="legend")
    network = hue_discs.disc_network(hue_discs.mlp(32)).eval()
    assert network(discs.pictures).shape == (6, 2, *discs.answers.shape[1:])
    assert 0 <= hue_discs.right_on_discs(network, discs) <= 100


def test_borrowed_scores_are_drawn_for_those_who_borrow():
    results = Results(("MLP", "external"), (0, 1), {
        (arm, seed): {"book": 90.0 + seed, "book, borrowed": 50.0} for arm in ("MLP", "external") for seed in (0, 1)})
    axis, = borrowed._own_and_borrowed(results, ["book"], ["external"], "external").axes
    assert [line.get_xdata().tolist() for line in axis.lines if line.get_marker() == "D"] == [[50.0, 50.0]]


@pytest.mark.parametrize("cell, shift, reads", [((0, 0), (0, 0), 16), ((0, 0), (2, 2), 4), ((3, 3), (2, 2), 16)])
def test_a_cell_reads_its_window_but_for_what_is_masked(cell, shift, reads):
    weights = windows.read_from(swin.window_partition, swin.shifted_window_mask, shift)
    row = weights[12 * cell[0] + cell[1]].view(8, 12)
    assert row[cell] == 1 / reads and (row > 0).sum() == reads and weights.sum(1).allclose(torch.ones(96))


def test_only_shifted_windows_let_a_cell_hear_from_beyond_its_window(monkeypatch):
    shown = []
    monkeypatch.setattr(windows, "slide", lambda *arguments, start, plays: shown.append((*arguments, start)))
    windows.slide_layers(swin.window_partition, swin.shifted_window_mask, torch.rand(3, 8, 12))
    (_, _, says, start), = shown
    assert start[0] == "0" and says(2, (3, 3)) == (
        "Cells that the one in row 3, column 3 has heard from after 2 layers: never shifted, 16; every other layer "
        "shifted, 64.")


def test_tiles_are_scored_by_column():
    answers = torch.tensor([[[0, 1, 2]], [[0, 1, 3]]])
    scores = nn.functional.one_hot(torch.tensor([[[0, 2, 2]], [[0, 2, 2]]]), 4).permute(0, 3, 1, 2).float()
    assert coloured_tiles.right_by_column(scores, answers) == {"column 0": 100.0, "column 1": 0.0, "column 2": 50.0}


def test_a_transform_is_replaced_and_one_that_is_missing_is_named():
    attention = wider.with_transform(cosine.WindowAttention(2, (2, 4)), transform := cosine.AffineTransform(2))
    assert attention.transform is transform
    with pytest.raises(AttributeError, match="Linear has no sub-module `transform`: call it that"):
        wider.with_transform(nn.Linear(2, 2), transform)


def test_a_step_has_the_same_coordinate_in_every_window_on_the_scale_of_the_training():
    on_trained_scale = of_page("08b_cosine", "on_trained_scale")
    trained, wide = (cosine.relative_coords_table((2, width)) for width in (4, 8))
    assert on_trained_scale(trained).allclose(trained, atol=1e-6)
    assert on_trained_scale(wide)[:, :, 4:11].allclose(trained, atol=1e-6)


def test_plain_attention_in_windows_reads_what_its_mask_lets_through():
    attention = of_page("08a_windows", "InWindows")(swin.shifted_window_mask, True).requires_grad_(False)
    qkv = torch.randn(1, 72, 96)
    qkv[:, :, 32:64] = 0  # keys that are all alike, so that the weights are
    y = attention(qkv, (6, 12))
    assert y[0, 0].allclose(qkv[0, [0, 1], 64:].mean(0), atol=1e-6)  # the corner's region: one row, two columns
    assert y[0, 15].allclose(qkv[0, [14, 15, 16, 17, 26, 27, 28, 29], 64:].mean(0), atol=1e-6)


def test_the_network_of_the_tiles_has_a_block_for_each_shift():
    network = coloured_tiles.TileNet(lambda shift: cosine.WindowAttention(2, (2, 4), shift), (False, True))
    assert network(torch.rand(2, 3, 6, 12)).shape == (2, 4, 6, 12)
    assert [block.attention.shift_size for block in network.blocks] == [(0, 0), (1, 2)]


NIGHT = torch.full((3, 8, 8), 0.1)
NIGHT[:, 2, 3] = 1  # a lamp


@pytest.mark.parametrize("photo", [NIGHT, 1 - NIGHT])
def test_what_differs_from_the_rest_is_open_by_night_and_by_day(photo):
    branch = SpatialPolarized(4)
    weights, gate = polarized.bright_or_dark(branch, photo, factor=1)
    query = branch.wq(torch.stack([photo[0], 1 - photo[0], 0 * photo[0],
                                   0 * photo[0]])[None]).mean((2, 3)).softmax(1)[0]
    assert weights.allclose(query), "the weights that are shown are those of the branch"
    assert gate[2, 3] > 0.95 and gate[0, 0] < 0.05


def test_equal_weights_make_a_map_without_places():
    weights, gate = polarized.bright_or_dark(SpatialPolarized(4), NIGHT, factor=0)
    assert weights.tolist() == [0.5, 0.5] and gate.std() < 1e-6
    assert "0.50 for bright and 0.50 for dark" in polarized.gate_in_words(SpatialPolarized(4), NIGHT, 0)
