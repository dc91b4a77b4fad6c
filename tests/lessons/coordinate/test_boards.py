"""The marked boards (attention_lab.lessons.coordinate.task), and what is looked at in a module with two gates."""

import torch
from torch import nn

from attention_lab.lessons.coordinate import pictures as coordinate
from attention_lab.lessons.coordinate import task as boards
from solutions.coordinate.reference import CoordinateAttention
from tests.course.test_given import of_page


def read_off(pictures):
    """The colours of the squares (n, 4, 4) and the row and column of the marks (n, 2), read off the pictures alone."""
    pictures = pictures + boards.GREY
    middle = boards.FIRST + boards.SQUARE // 2 + boards.STEP * torch.arange(boards.CELLS)
    squares = pictures[:, :, middle][..., middle]
    distance = (squares[:, None] - boards.SQUARE_COLOURS[None, :, :, None, None]).square().sum(2)
    left, top = pictures[:, :, middle, 0].sum(1).argmax(1), pictures[:, :, 0, middle].sum(1).argmax(1)
    return distance.argmin(1), torch.stack([left, top], 1)


def test_a_seed_decides_and_nothing_else():
    one, again, other = (boards.marked_boards(5, seed) for seed in (3, 3, 4))
    assert (
        one.pictures.equal(again.pictures)
        and one.answers.equal(again.answers)
        and not one.pictures.equal(other.pictures)
    )


def test_the_answer_is_the_colour_where_the_marks_cross():
    board = boards.marked_boards(300, seed=3)
    colours, marks = read_off(board.pictures)
    assert colours.equal(board.colours) and marks.equal(board.crossings)
    assert colours[torch.arange(300), marks[:, 0], marks[:, 1]].equal(board.answers)


def test_without_the_cue_the_marks_say_nothing():
    board, asked = boards.marked_boards(3000, seed=3, cue=False), boards.marked_boards(3000, seed=3)
    colours, marks = read_off(board.pictures)
    assert board.answers.equal(asked.answers) and colours.equal(asked.colours)
    assert (marks != board.crossings).any(1).all()
    right = colours[torch.arange(3000), marks[:, 0], marks[:, 1]] == board.answers
    assert 0.22 < right.float().mean() < 0.28


def test_one_board_at_every_crossing():
    board = boards.at_every_crossing(seed=3)
    assert len(board.pictures) == 16 and board.colours.unique(dim=0).shape[0] == 1
    assert read_off(board.pictures)[1].tolist() == [[row, column] for row in range(4) for column in range(4)]


def test_the_most_frequent_colour():
    board = boards.marked_boards(50, seed=3)
    counts = torch.stack([(board.colours == colour).sum((1, 2)) for colour in range(4)], 1)
    assert counts[torch.arange(50), boards.most_frequent(board)].equal(counts.amax(1))


def test_gates_multiply_to_what_the_module_does():
    attention, x = CoordinateAttention(5, 5).eval(), torch.randn(3, 5, 4, 6)
    rows, columns = boards.gates(attention, x)
    assert rows.shape == (3, 5, 4) and columns.shape == (3, 5, 6)
    torch.testing.assert_close(attention(x), x * rows[..., None] * columns[:, :, None])
    with boards.gates_of_the_next(attention):
        torch.testing.assert_close(attention(x), x * (rows[..., None] * columns[:, :, None]).roll(1, 0))
    torch.testing.assert_close(attention(x), x * rows[..., None] * columns[:, :, None])


def test_without_places_every_row_and_column_has_one_gate():
    no_places = of_page("e2_coordinate", "no_places", experiments=True)
    no_places.__globals__["CHANNELS"] = 5
    attention = no_places().eval()
    assert [p.shape for p in attention.parameters()] == [p.shape for p in CoordinateAttention(5, 5).parameters()]
    for gate in boards.gates(attention, torch.randn(3, 5, 4, 6)):
        torch.testing.assert_close(gate, gate[..., :1].expand_as(gate))


def test_the_caption_says_how_bright_the_crossing_the_marks_and_the_corner_are(monkeypatch):
    """With gates that are 0.9 on the rows 5 and 6 and 0.5 elsewhere, and 0.8 and 0.5 on the columns 8 and 9."""
    def gates(attention, x):
        rows, columns = torch.full((16, 3, 14), 0.5), torch.full((16, 3, 14), 0.5)
        rows[:, :, 5:7], columns[:, :, 8:10] = 0.9, 0.8
        return rows, columns

    shown = {}
    monkeypatch.setattr(boards, "gates", gates)
    monkeypatch.setattr(coordinate, "slide", lambda controls, drawn, says, start: shown.update(says=says))
    coordinate.slide_the_marks(nn.Sequential(nn.Identity(), nn.Identity(), nn.Identity()))
    assert ("It is 0.72 at the crossing, 0.45 at the mark at the left, 0.40 at the mark at the top and 0.25 in the top "
            "left corner.") in shown["says"](1, 2)
