"""Lesson e1's picture to keep: what a network answers at white dots."""

import torch

from attention_lab.lessons.scnet.pictures import show_answers_at_dots
from attention_lab.lessons.scnet.task import ringed_dots
from attention_lab.tasks.scoring import UNASKED


class Knows(torch.nn.Module):
    """Names the colour that is written down for each pixel."""

    def __init__(self, answers):
        super().__init__()
        self.answers = answers

    def forward(self, pictures):
        colours = torch.where(self.answers == UNASKED, 0, self.answers)
        return 20.0 * torch.nn.functional.one_hot(colours, 3).permute(0, 3, 1, 2)


def test_answers_are_scored_at_the_dots_and_kept(tmp_path, monkeypatch):
    import IPython  # noqa: F401  as in a notebook

    monkeypatch.chdir(tmp_path)
    dots = ringed_dots(5, seed=3)
    show_answers_at_dots({"knows": Knows(dots.answers)}, dots)
    assert (tmp_path / "my_scnet.png").exists()
