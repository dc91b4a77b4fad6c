"""What the keys of lesson 07b's attention read of a picture, and what its queries make of them."""

import torch

from attention_lab.lessons.rest import experiment, photographs
from attention_lab.networks.training import Results
from autograder.lessons.topics import topic

EMSA = topic("rest").reference.EMSA


def two_colours():
    """A picture whose left part is red and whose right part is blue, with one blue pixel in the red."""
    picture = torch.zeros(3, 32, 64)
    picture[0, :, :40], picture[2, :, 40:] = 0.8, 0.8
    picture[:, 13, 13] = picture[:, 0, 60]
    return picture


def test_sr_reads_the_picture_that_was_handed_over_row_by_row():
    picture = torch.rand(3, 6, 10)
    assert photographs.read_by_sr(EMSA(3, num_heads=1, sr_ratio=2), picture).equal(picture)


def test_queries_paint_with_the_colours_of_the_keys_and_every_pixel_asks_for_itself():
    picture = two_colours()
    found = photographs.painted_with_keys(EMSA, picture, 8)
    assert found["keys"].shape == (3, 4, 8)
    assert found["queries"][:, 13, 13].allclose(found["queries"][:, 13, 60], atol=0.01)
    assert (found["queries"] - picture).abs()[:, 10:24].max() < 0.1


def test_the_slider_counts_the_keys(monkeypatch):
    shown = []
    monkeypatch.setattr(photographs, "slide", lambda *arguments, start: shown.append((*arguments, start)))
    photographs.slide_keys(EMSA, two_colours())
    (controls, panels, says, start), = shown
    assert start == ("4",) and list(controls["ratio"].values()) == [4, 8, 16, 32]
    assert len(panels(32)) == 3 and "2,048 pixels ask, and 2 keys answer" in says(32)


def test_guesses_stand_beside_the_largest_ratio_that_was_enough(capsys):
    scores = {(1, 1): 95, (1, 2): 55, (2, 2): 96, (2, 4): 91, (4, 4): 80, (4, 8): 60}
    arms = {f"entries {size} x {size}, ratio {ratio}": right for (size, ratio), right in scores.items()}
    results = Results(tuple(arms), (0,), {(arm, 0): {"right": right, "cue removed": 50.0}
                                          for arm, right in arms.items()})
    experiment.print_guesses({"1 x 1": 1, "2 x 2": 8, "4 x 4": None}, results)
    one, two, four, wiped = capsys.readouterr().out.splitlines()
    assert one.endswith("you guessed ratio 1; nine of ten at ratio 1")
    assert two.endswith("you guessed ratio 8; nine of ten at ratio 4")
    assert four.endswith("you guessed ratio None; nine of ten at neither ratio")
    assert wiped.endswith("50 %, 50 %, 50 %, 50 %, 50 %, 50 %")
