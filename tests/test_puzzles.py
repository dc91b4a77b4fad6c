"""The pictures that lessons draw: each answer can be read off the picture, by the cue that the lesson names."""

import pytest
import torch

from attention_lab import puzzles


@pytest.mark.parametrize("draw", [puzzles.glowing_discs, puzzles.framed_crosses, puzzles.crosses_without_cue, puzzles.coloured_dots])
def test_a_seed_decides_and_nothing_else(draw):
    torch.manual_seed(0)
    first = draw(4, seed=1)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    assert all(a.equal(b) for a, b in zip(first, draw(4, seed=1), strict=True))
    assert torch.get_rng_state().equal(before)
    assert not first[0].equal(draw(4, seed=2)[0])


def test_the_disc_glows_in_its_band_and_in_no_other():
    pictures, discs, bands = puzzles.glowing_discs(64, seed=3)
    inside, outside = discs[:, None], 1 - discs[:, None]
    lift = (pictures * inside).sum((2, 3)) / inside.sum((2, 3)) - (pictures * outside).sum((2, 3)) / outside.sum((2, 3))
    assert lift.argmax(1).equal(bands)


def test_the_framed_bar_of_the_stars_colour_is_the_answer():
    pictures, answers, places = puzzles.framed_crosses(64, seed=3)
    which = torch.arange(64)
    framed = torch.stack([pictures[:, 1, 9, :9].mean(1), pictures[:, 1, 9, 10:].mean(1)], dim=1).argmax(1)
    colour = torch.stack([pictures[:, 0, 0, ::2].mean(1), pictures[:, 2, 0, ::2].mean(1)], dim=1).argmax(1)
    column = torch.tensor([4, 14])[framed]
    beside = pictures[which, 2 * colour, 13, column - 1]
    assert framed.equal(places) and (beside > 0.5).long().equal(answers)


def test_without_the_cue_the_framed_bar_is_the_answer_by_chance():
    pictures, answers = puzzles.crosses_without_cue(2000, seed=3)
    places = torch.stack([pictures[:, 1, 9, :9].mean(1), pictures[:, 1, 9, 10:].mean(1)], dim=1).argmax(1)
    colour = torch.stack([pictures[:, 0, 0, ::2].mean(1), pictures[:, 2, 0, ::2].mean(1)], dim=1).argmax(1)
    beside = pictures[torch.arange(2000), 2 * colour, 13, torch.tensor([4, 14])[places] - 1]
    right = ((beside > 0.5).long() == answers).float().mean().item()
    assert 0.58 < right < 0.67  # one of the four bars at random is the right one in a quarter, and agrees in half of the rest: 5/8


def test_the_dot_of_the_bars_colour_is_the_hottest():
    pictures, heat, centres, asked = puzzles.coloured_dots(64, seed=3)
    which = torch.arange(64)
    bar = pictures[:, :, :2].mean((2, 3))
    assert (bar[:, None] - puzzles.DOT_COLOURS).norm(dim=2).argmin(1).equal(asked)
    row, column = centres[which, asked].T
    assert (pictures[which, :, row, column] - puzzles.DOT_COLOURS[asked]).abs().max() < 0.3
    assert heat[which, 0, row, column].eq(1).all() and heat.amax((1, 2, 3)).eq(1).all()


def test_another_bar_changes_the_bar_alone():
    pictures, *_ = puzzles.coloured_dots(3, seed=3)
    changed = puzzles.with_bar(pictures, torch.tensor([2, 2, 0]))
    assert changed[:, :, 2:].equal(pictures[:, :, 2:])
    assert changed[0, :, 0, 0].equal(puzzles.DOT_COLOURS[2]) and changed[2, :, 1, 15].equal(puzzles.DOT_COLOURS[0])
