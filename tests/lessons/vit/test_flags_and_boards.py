"""Lesson 05c's pictures: what stands on them is what is asked, and the bounds on its page are those of its data."""

import pytest
import torch
from torch import nn

from attention_lab.lessons.vit.mirror_boards import NEVER, board_reader, mirror_boards, right_on_boards
from attention_lab.lessons.vit.pictures import LENGTHS, lit_up, start_of_a_softmax
from attention_lab.lessons.vit.task import COLOURS, DIM, asked_loss, flag_reader, flags, right_on_flags

POSTERS = flags(50, seed=3)


def cells(pictures):
    """(n, 3, 24, 24) -> (n, 36, 3, 4, 4)."""
    return pictures.unflatten(3, (6, 4)).unflatten(2, (6, 4)).permute(0, 2, 4, 1, 3, 5).flatten(1, 2)


def test_a_flags_answers_are_the_marks_of_its_two_colours():
    seen, each = cells(POSTERS.pictures), torch.arange(50)[:, None]
    marked, asked = seen[each, POSTERS.places[:, :COLOURS]], seen[each, POSTERS.places[:, COLOURS:]]
    colours, marks = marked[..., :2, :].mean((3, 4)), (marked[..., 2:, :].mean((2, 3, 4)) > 0.5).long()
    for side, columns in enumerate((slice(0, 2), slice(2, 4))):
        near = torch.cdist(asked[..., columns].mean((3, 4)), colours).argmin(2)
        assert POSTERS.answers[each, POSTERS.places[:, COLOURS:], side].equal(marks.gather(1, near))
    assert (marks.sum(1) == 3).all() and (POSTERS.answers >= 0).sum() == 50 * 12 * 2


def test_one_look_up_and_the_opposite_is_right_in_four_of_five():
    answers = flags(2000, seed=4).answers
    left, right = answers[answers[..., 0] >= 0].T
    assert 100 * (1 + (right == 1 - left).float().mean()) / 2 == pytest.approx(80, abs=0.5)


def test_a_board_is_its_own_mirror_image():
    pictures, answers = mirror_boards(20, seed=5)
    white = (cells(pictures).mean((2, 3, 4)) > 0.5).long().view(20, 6, 6)
    assert answers[..., 0].view(20, 6, 6).equal(white.flip(2)) and (white.sum((1, 2)) == 18).all()
    hidden = mirror_boards(20, seed=5, hide=NEVER)[1][..., 0]
    assert (hidden[:, list(NEVER)] == -100).all() and (hidden >= 0).sum() == 20 * 30


def test_readers_answer_every_cell_and_only_what_is_asked_counts():
    embed = nn.Sequential(nn.Conv2d(3, DIM, 4, 4), nn.Flatten(2), nn.Module())
    embed[2].forward = lambda x: x.mT
    assert flag_reader(embed, nn.Identity())(POSTERS.pictures).shape == POSTERS.answers.shape
    sure = 20 * (2.0 * POSTERS.answers.clamp(min=0) - 1)
    assert asked_loss(sure, POSTERS.answers) < 1e-6 and right_on_flags(lambda pictures: sure, POSTERS) == 100
    pictures, answers = mirror_boards(20, seed=5)
    for kind in ("none", "place", "row and column"):
        assert board_reader(embed, kind, nn.Identity())(pictures).shape == answers.shape
    scores = right_on_boards(lambda pictures: 2.0 * answers - 1, pictures, answers)
    assert scores == {"asked": 100, "never asked": 100}


def test_a_longer_query_decides_sooner_unless_it_is_scaled():
    largest, gradient = zip(*(start_of_a_softmax(length, scaled=False) for length in LENGTHS))
    assert list(largest) == sorted(largest) and gradient[-1] < gradient[0] / 100
    even, _ = zip(*(start_of_a_softmax(length, scaled=True) for length in LENGTHS))
    assert max(even) < 1.2 * min(even)


def test_what_a_head_does_not_read_is_dark():
    weights = torch.zeros(36, 36)
    weights[7, 0] = 1
    light = lit_up(torch.ones(3, 24, 24), weights, (1, 1))
    assert (light[:, :4, :4] == 1).all() and (light[:, 4:8, 4:8] == 1).all() and light[:, 8:].max() < 0.2
