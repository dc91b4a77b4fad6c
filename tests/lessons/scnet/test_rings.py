"""The white dots in their rings (attention_lab.lessons.scnet.task), and the measurement of how far a network sees."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from attention_lab.lessons.scnet import pictures as scnet
from attention_lab.lessons.scnet import task as rings


def colours_around(pictures):
    """The colour of the ring of each dot, (n, 2, 2), read off the picture alone: a ring's pixels have one strong
    channel."""
    strong = pictures.argmax(1)[:, :, :] + 1
    strong[(pictures.amax(1) < 0.3) | (pictures.amin(1) > 0.3)] = 0  # the ground, and the dots
    cells = strong.unflatten(1, (2, rings.CELL)).unflatten(3, (2, rings.CELL)).transpose(2, 3).flatten(3)
    return torch.stack([(cells == colour + 1).sum(3) for colour in range(3)], 3).argmax(3)


def of_dots(answers):
    """The answer of each dot, (n, 2, 2)."""
    return answers.unflatten(1, (2, rings.CELL)).unflatten(3, (2, rings.CELL)).transpose(2, 3).flatten(3).amax(3)


def test_a_seed_decides_and_nothing_else():
    one, again, other = (rings.ringed_dots(5, seed) for seed in (3, 3, 4))
    assert (
        one.pictures.equal(again.pictures)
        and one.answers.equal(again.answers)
        and not one.pictures.equal(other.pictures)
    )


def test_the_answer_at_a_dot_is_the_colour_of_its_ring_and_nothing_without_the_cue():
    pictures, answers = rings.ringed_dots(300, seed=3)
    assert colours_around(pictures).equal(of_dots(answers))
    assert (answers != rings.UNASKED).sum((1, 2)).unique().tolist() == [20]
    pictures, answers = rings.ringed_dots(2000, seed=3, cue=False)
    assert 0.3 < (colours_around(pictures) == of_dots(answers)).float().mean() < 0.37
    assert answers.equal(rings.ringed_dots(2000, seed=3).answers)


def test_only_the_dots_count():
    answers = rings.ringed_dots(4, seed=3).answers
    scores = F.one_hot(answers.clamp(0), 3).movedim(3, 1).float()
    assert rings.right_at_dots(scores, answers) == 100
    assert rings.right_at_dots(scores.roll(1, 1), answers) == 0


@pytest.mark.parametrize("dilation, rows", [(1, [9, 10, 11]), (4, [6, 10, 14])])
def test_a_convolution_sees_its_taps(dilation, rows):
    view = rings.seen(nn.Conv2d(2, 3, 3, padding=dilation, dilation=dilation), 2, 10, 12, side=24)
    assert view.amax(1).nonzero().flatten().tolist() == rows
    assert view.sum() == 9


def test_interpolation_follows_what_is_active():
    x, smooth = torch.tensor([[[[0.0, 8.0]]]]), [0.0, 2.0, 6.0, 8.0]
    with rings.enlarging("bilinear"):
        assert F.interpolate(x, (1, 4), mode="nearest").flatten().tolist() == smooth
        assert nn.Upsample(size=(1, 4))(x).flatten().tolist() == smooth
        with rings.enlarging("nearest"):
            assert F.interpolate(x, (1, 4), mode="bilinear").flatten().tolist() == [0, 0, 8, 8]
    assert F.interpolate(x, (1, 4)).flatten().tolist() == [0, 0, 8, 8]


def test_a_slider_tells_which_rows_a_position_sees(monkeypatch):
    shown = {}
    monkeypatch.setattr(scnet, "slide", lambda controls, drawn, says, start: shown.update(says=says, start=start))
    scnet.slide_a_view(lambda channels, stride, pooling: nn.Conv2d(channels, channels, 3, stride, padding=1))
    assert shown["says"](4, 25) == "Pooling 4, from row 25: it sees rows 24 to 26, 1 up and 1 down." and shown[
        "start"
    ] == ["4", "24"]
