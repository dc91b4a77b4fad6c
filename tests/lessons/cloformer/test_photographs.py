"""Near and far heads with weights that were set by hand."""

import torch

from attention_lab.lessons.cloformer import photographs, pictures
from autograder.lessons.topics import topic

ATTENTION = topic("cloformer").reference.CloAttention


def two_colours():
    """A picture whose left half is red and whose right half is blue, with one grey pixel in the red."""
    picture = torch.zeros(3, 32, 64)
    picture[0, :, :32], picture[2, :, 32:] = 0.8, 0.8
    picture[:, 10, 8] = 0.4
    return picture


def test_the_far_head_paints_with_the_colours_of_windows_and_the_near_head_sees_the_pixel_that_differs():
    picture = two_colours()
    near, far, both = photographs.near_and_far(ATTENTION, picture, 16).values()
    for column in (0, 60):
        assert (far[:, 0, column] - picture[:, 0, column]).abs().max() < 0.05
    assert (near - 0.5).abs().sum(0)[20:30, 5:25].max() < 1e-3 < 0.3 < (near - 0.5).abs().sum(0)[10, 8]
    torch.testing.assert_close(both, (near + far - 0.5).clamp(0, 1))


def test_the_slider_counts_the_keys(monkeypatch):
    shown = []
    monkeypatch.setattr(photographs, "slide", lambda *arguments, start: shown.append((*arguments, start)))
    photographs.slide_photograph(ATTENTION, two_colours())
    (controls, panels, says, start), = shown
    assert start == ("32 pixels",) and list(controls["window"].values()) == [4, 8, 16, 32]
    assert len(panels(32)) == 4 and "2,048 pixels with the means of 2 windows" in says(32)


def test_the_drawing_on_top_has_one_answer(capsys):
    for guess in ("?", "Rise ", "fall"):
        pictures.answer_the_drawing(guess)
    first, right, wrong = capsys.readouterr().out.splitlines()
    assert first.startswith("Write") and right.startswith("Yes") and "the glow is blue" in wrong
