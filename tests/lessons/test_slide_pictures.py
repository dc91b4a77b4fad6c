"""What sliders move: the sentences say what the numbers are."""

import re

import torch
from torch import nn

from attention_lab.lessons.bam import pictures as strips
from attention_lab.lessons.bam import task as bars_and_posts
from attention_lab.lessons.memory.pictures import so_far_in_words
from attention_lab.lessons.pyramid_split import pictures as mixing_desk
from attention_lab.lessons.pyramid_split.task import direction_namer
from attention_lab.lessons.surgery.pictures import slide_gamma
from attention_lab.pictures import panels


def test_a_gradient_tells_which_pixels_are_reached():
    layers = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(),
                           nn.Conv2d(3, 1, 3, padding=4, dilation=4))
    first, seen = strips.pixels_reached(layers, (5, 42), (2, 14))
    assert first.any(0).nonzero().flatten().tolist() == [13, 14, 15]
    assert seen.any(0).nonzero().flatten().tolist() == [9, 10, 11, 13, 14, 15, 17, 18, 19]
    strip = bars_and_posts.bars_and_posts(1, distance=8, seed=1).pictures[0]
    assert (
        strips.parts_seen(strip, seen)
        == "it sees 27 pixels, in 9 columns. The left bar: yes; a post beside it: yes."
    )
    assert strips.parts_seen(strip, seen.roll(-1, 1)).endswith("The left bar: yes; a post beside it: yes.")
    assert strips.parts_seen(strip, seen.roll(14, 1)).endswith("The left bar: no; a post beside it: no.")


def test_a_row_in_pieces_is_said_in_words():
    logits = torch.tensor([0.0, 2.0, 4.0]).log().clamp(min=-100)
    assert so_far_in_words(logits[1:], [0.0, 8.0, 8.0], block=1) == (
        "After 2 of 2 blocks m = 1.39 and s = 1.50. The last block multiplied the old s and o by 0.50. "
        "o / s = 8.00; the whole row gives 8.00.")
    assert "The last block was the first. o / s = 0.00" in so_far_in_words(
        logits[1:], [0.0, 8.0], block=1
    )


def test_a_mixing_desk_is_said_in_words():
    kernels = (3, 5, 7, 9)
    inside, outside = (torch.tensor([0.0, 0, 0, number]).softmax(0) for number in (1, 8))
    assert mixing_desk.desk_in_words(inside, kernels) == (
        "Of the total, 3 x 3 gets 0.17, 5 x 5 gets 0.17, 7 x 7 gets 0.17, 9 x 9 gets 0.48. "
        "All shares are between the limits 0.11 and 0.48.")
    assert mixing_desk.desk_in_words(outside, kernels).endswith("Outside the limits 0.11 and 0.48: 3 x 3, 5 x 5, 7 x "
                                                                "7, 9 x 9.")


def test_the_desks_of_the_best_network_are_drawn_and_kept(capsys, tmp_path, monkeypatch):
    import IPython  # noqa: F401  as in a notebook

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.split = nn.Module()
            self.split.convs = nn.ModuleList([nn.Conv2d(8, 4, k, padding=k // 2) for k in (3, 5)])
            self.split.forward = lambda x: torch.stack([conv(x) for conv in self.split.convs], 1)
            self.se = lambda scale: scale.mean((2, 3), keepdim=True).sigmoid()

        def forward(self, x):
            return self.split(x).flatten(1, 2)

    monkeypatch.chdir(tmp_path)
    mixing_desk.show_desks({seed: direction_namer(Module, 8) for seed in (0, 1)}, [70.0, 90.0])
    assert re.search(r"run 1, blue dots: 3 x 3 gets 0\.\d\d, 5 x 5 gets", capsys.readouterr().out)
    assert (tmp_path / "my_pyramid.png").exists()


def test_gamma_moves_what_is_said_and_darkens_what_is_not_looked_at(capsys):
    def seen(name, gamma):
        return torch.tensor([[1.0, 0.5]]), torch.tensor([0.9 - 0.8 * gamma, 0.1, 0.8 * gamma]), 0

    slide_gamma(["coffee"], seen)
    said = capsys.readouterr().out
    assert "gamma 0: class 0 has 0.90. The network says class 0." in said
    [panel] = {panels.lit(torch.ones(3, 4, 4), seen("", 0)[0], "map").svg}
    assert re.findall(r'fill-opacity="(.*?)"', panel) == ["0", "0.325"] and "stroke" not in panel
