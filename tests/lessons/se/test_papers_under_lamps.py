"""What lesson 01 takes from the library for its experiment and for what can be touched: a lamp, its rules, its gate."""

import re

import matplotlib as mpl
import torch
from torch import nn

from attention_lab.lessons.se.pictures import (
    lamp_and_means,
    rules_in_words,
    show_answers_under_lamps,
    show_gate_under_lamps,
    slide_a_lamp,
)
from attention_lab.lessons.se.task import CHANNELS, GateEachPosition, colour_reader, loss_at_centre, right_at_centre
from attention_lab.tasks.data import lamp_scenes

mpl.use("agg")


def test_what_is_divided_by_its_means_does_not_follow_the_lamp():
    white = torch.rand(3, 16, 16)
    one, other = (lamp_and_means(white * lamp[:, None, None], white, lamp)
                  for lamp in (torch.tensor([1.0, 0.5, 0.25]), torch.ones(3)))
    assert [panel == again for panel, again in zip(one, other, strict=True)] == [False, False, True, True]


def test_the_rules_answer_in_words(capsys):
    paper = torch.ones(3, 16, 16)
    paper[0, 5:11, 5:11] = 0.8  # bluish paper
    image = paper * torch.tensor([0.8, 0.5, 0.4])[:, None, None]
    assert rules_in_words(image, paper, 2) == (
        "The lamp's red / blue is 2. The centre alone: more red, which is wrong. Divided by the means: more blue, "
        "which is right.")
    slide_a_lamp()
    assert "The lamp's red / blue is 1.6." in capsys.readouterr().out


def test_the_gate_that_follows_the_lamp_is_found(capsys):
    def gates_of(images):
        means = images.mean((2, 3))
        return torch.stack([torch.zeros(len(images)), (means[:, 0] / means[:, 2]).log2().sigmoid()], dim=1)

    show_gate_under_lamps(gates_of)
    out = capsys.readouterr().out
    assert "standard deviation of gate 1" in out and re.search(r"correlation is (0\.9|1\.0)", out)


def test_answers_under_four_lamps_are_counted_and_kept(capsys, tmp_path, monkeypatch):
    import IPython  # noqa: F401  as in a notebook

    class Divides(nn.Module):
        def forward(self, x):
            red, _, blue = (x / x.mean((2, 3), keepdim=True)).unbind(1)
            return torch.stack([blue, red], 1)

    monkeypatch.chdir(tmp_path)
    show_answers_under_lamps({"by hand": Divides()})
    rights = [int(right) for right in re.findall(r"(\d+) %", capsys.readouterr().out.partition("\n")[0])]
    assert len(set(rights)) == 1 and rights[0] > 90, "a division by the means does not see the lamp"
    assert (tmp_path / "my_se.png").exists()


def test_a_colour_is_read_at_the_centre():
    scenes = lamp_scenes(4, seed=0)
    model = colour_reader(nn.Identity())
    assert (
        model[:6](scenes.image).shape == (4, CHANNELS, 16, 16)
        and loss_at_centre(model(scenes.image), scenes.label).isfinite()
    )
    scores = torch.zeros(4, 2, 16, 16)
    scores[torch.arange(4), scenes.label, 8, 8] = 1
    assert right_at_centre(lambda _: scores, scenes.image, scenes.label) == 100
    assert right_at_centre(lambda _: -scores, scenes.image, scenes.label) == 0


def test_each_position_is_gated_by_its_own_features():
    x = torch.randn(2, CHANNELS, 3, 4)
    layer = nn.Linear(CHANNELS, CHANNELS)
    gated = GateEachPosition(layer)(x)
    assert torch.allclose(gated[1, :, 2, 3], x[1, :, 2, 3] * layer(x[1, :, 2, 3]), atol=1e-6)
