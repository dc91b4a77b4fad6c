"""What the pictures that follow sliders show; how they look is judged by eye."""

import matplotlib as mpl
import pytest
import torch
from matplotlib.colors import to_rgba

from attention_lab import pictures
from attention_lab.pictures.gates import kernel_at, lamp_and_gates, pooled_and_gated, weight_bars

mpl.use("agg")


def words(figure):
    return [text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_text()]


def heights(axis):
    return [patch.get_height() for patch in axis.patches if patch.get_width() < 1]


def test_weights_are_bars_with_their_numbers():
    figure = weight_bars(torch.tensor([0.5, 0.25, 0.25]), ["red", "ball", "rolls"])
    assert heights(figure.axes[0]) == [0.5, 0.25, 0.25]
    assert {"0.50", "0.25"} <= set(words(figure))
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["red", "ball", "rolls"]


def test_a_lamp_frames_what_the_camera_sees():
    lamp = torch.tensor([1.0, 0.5, 0.25])
    white = torch.rand(3, 16, 16)
    seen = white * lamp[:, None, None]
    figure = lamp_and_gates(seen, white, lamp, torch.tensor([0.2, 0.9, 0.4]), chosen=1)
    left, middle, means, right = figure.axes
    assert {spine.get_edgecolor() for spine in left.spines.values()} == {to_rgba((1, 0.5, 0.25))}
    assert left.images and middle.images and heights(right) == pytest.approx([0.2, 0.9, 0.4])
    assert heights(means) == pytest.approx(seen.mean((1, 2)).tolist())
    first, chosen, last = (bar.get_facecolor() for bar in right.patches)
    assert first == last != chosen and "0.90" in words(figure)


def test_a_kernel_covers_its_channel_and_the_padding():
    means, gates = torch.tensor([1.0, 3, 2]), torch.tensor([0.3, 0.9, 0.5])
    figure = kernel_at(means, torch.tensor([-1.0, 2, -1]), gates, channel=0)
    strong = [to_rgba(patch.get_facecolor())[3] == 1 for patch in figure.axes[0].patches[:3]]
    assert strong == [True, True, False]
    texts = [(text.get_position()[0], text.get_text()) for text in figure.axes[0].texts]
    assert texts == [(-1, "-1"), (-1, "0"), (0, "2"), (0, "1"), (1, "-1"), (1, "3")]
    assert "0.30" in words(figure)


def test_marks_are_written_where_they_are():
    x = torch.zeros(8, 5, 9)
    x[:2, 2, 6] = 4
    figure = pooled_and_gated(x, torch.sigmoid(x.amax(0)), 8)
    assert {"channel 7", "maximum over C", "mean over C", "map (0.5 at the empty places)", "4", "1",
            ".98"} <= set(words(figure))


@pytest.mark.parametrize("draw, problem", [
    (lambda: weight_bars(torch.rand(1, 3), ["a", "b", "c"]), r"\(3,\)"),
    (lambda: lamp_and_gates(torch.rand(3, 4, 4), torch.rand(3, 4, 4), torch.rand(3), torch.rand(1, 16), 0),
     r"gates\[0\]"),
    (lambda: lamp_and_gates(torch.rand(3, 4, 4), torch.rand(3, 4, 4), torch.rand(3), torch.rand(16), 16),
     "16 gates.*got 16"),
    (lambda: kernel_at(torch.rand(4), torch.rand(2), torch.rand(4), 0), "size 2"),
    (lambda: kernel_at(torch.rand(4), torch.rand(3), torch.rand(4), 4), "channel 4"),
])
def test_what_cannot_be_drawn_is_said(draw, problem):
    with pytest.raises(ValueError, match=problem):
        draw()


def test_paper_is_the_courses():
    assert weight_bars(torch.ones(1), ["a"]).get_facecolor() == to_rgba(pictures.PAPER)
