"""The cloths of lesson 09, and the waves that test what passes a branch."""

import math

import pytest
import torch
import torch.nn.functional as F

from attention_lab.lessons.cloformer import task as weaves
from attention_lab.tasks.scoring import UNASKED


def falls(patch):
    """Do the threads of a grey patch (8, 8) fall? The stronger of the two waves decides."""
    rows, columns = torch.meshgrid(torch.arange(8), torch.arange(8), indexing="ij")
    strengths = [abs((patch * torch.exp(2j * math.pi / weaves.THREAD * (columns + sign * rows) / math.sqrt(2))).sum())
                 for sign in (1, -1)]
    return bool(strengths[1] > strengths[0])


def test_the_answer_is_the_direction_as_seen_from_the_side_that_the_glow_tells():
    pictures, answers = weaves.woven_cloths(40, seed=3)
    right = []
    for picture, answer in zip(pictures, answers, strict=True):
        back = bool((picture[0] - picture[2]).sum() < 0)
        for row in range(0, 24, 8):
            for column in range(0, 24, 8):
                given = answer[row:row + 8, column:column + 8].unique()
                given = given[given != UNASKED].tolist()
                assert len(given) <= 1
                right += [falls(picture[1, row:row + 8, column:column + 8]) ^ back == bool(each) for each in given]
    assert len(right) > 200 and sum(right) > 0.97 * len(right)


def test_only_the_glow_differs():
    wide, checkerboard, none = (weaves.woven_cloths(20, seed=5, glow=glow) for glow in ("wide", "checkerboard", "none"))
    for other in (checkerboard, none):
        assert other.answers.equal(wide.answers)
        torch.testing.assert_close(other.pictures[:, 1], wide.pictures[:, 1])
    red = [(cloths.pictures - none.pictures)[:, 0] for cloths in (wide, checkerboard)]
    torch.testing.assert_close(red[0].abs(), red[1].abs(), atol=1e-6, rtol=0)
    assert F.avg_pool2d(red[0], 4).abs().max() > 0.4 and F.avg_pool2d(red[1], 4).abs().max() < 0.05
    assert ((red[0].sum((1, 2)) > 0).float().mean() == 0.5)


def test_a_seed_gives_the_same_cloths():
    again, other = weaves.woven_cloths(3, seed=1).pictures, weaves.woven_cloths(3, seed=2).pictures
    assert weaves.woven_cloths(3, seed=1).pictures.equal(again) and not other.equal(again)
    with pytest.raises(KeyError):
        weaves.woven_cloths(3, seed=1, glow="neon")


def test_movement_is_relative_to_the_wave_that_moves_a_branch_furthest():
    lengths = (3, 6, 24)
    assert weaves.movement(lambda x: 5 * x + 1, lengths) == pytest.approx([1, 1, 1], abs=0.02)
    short, middle, long = weaves.movement(lambda x: F.interpolate(F.avg_pool2d(x, 4), scale_factor=4), lengths)
    assert short < 0.1 and short < middle < long == 1
    with pytest.raises(ValueError, match="no wave"):
        weaves.movement(torch.zeros_like, lengths)


def test_cloths_are_shown_between_0_and_1():
    drawn = weaves.shown(weaves.woven_cloths(2, seed=1).pictures)
    assert drawn.shape == (2, 3, 144, 144) and drawn.min() >= 0 and drawn.max() <= 1
