"""Lesson 03's plots: what they print and say of a network's spatial maps and of two marks."""

import pytest
import torch
from torch import nn

from attention_lab.lessons.cbam.hand_made_features import edges_and_colours, made_to_stand_out, red_and_blue
from attention_lab.lessons.cbam.pictures import (
    at_both_crosses,
    marks_in_words,
    show_spatial_maps,
    spatial_maps,
    two_marks,
)
from attention_lab.lessons.cbam.task import cross_reader, framed_crosses, right_on_crosses


class Block(nn.Module):
    """A block with a `spatial_gate`, as CBAM has one."""

    def __init__(self):
        super().__init__()
        self.spatial_gate = nn.Sequential(nn.Conv2d(12, 1, 9, padding=4), nn.Sigmoid())

    def forward(self, x):
        return x * self.spatial_gate(x)


def test_maps_are_those_of_the_gate_and_are_read_at_the_crosses(capsys, tmp_path, monkeypatch):
    import IPython  # noqa: F401  as in a notebook

    monkeypatch.chdir(tmp_path)
    crosses = framed_crosses(8, seed=0)
    networks = [cross_reader(Block()) for _ in range(2)]
    maps = spatial_maps(networks[0], crosses.pictures)
    assert maps.equal(networks[0][6].spatial_gate(networks[0][:6](crosses.pictures))[:, 0].detach())
    framed, other = at_both_crosses((torch.arange(19) > 9).float().expand(8, 19, 19), crosses.places)
    assert framed == crosses.places.float().mean() == 1 - other  # open on the right alone
    show_spatial_maps(networks, [right_on_crosses(network, crosses) for network in networks], crosses)
    assert "run 1: " in capsys.readouterr().out
    assert (tmp_path / "my_cbam.png").exists()


def test_a_network_without_the_gate_is_refused():
    with pytest.raises(ValueError, match="spatial_gate"):
        spatial_maps(cross_reader(nn.Identity()), framed_crosses(2, seed=0).pictures)


def test_marks_are_told_apart_by_the_map():
    x = two_marks(2)
    assert x[:, 2, 1].sum() == x[:, 2, 6].sum() == 8
    assert marks_in_words(x, x.amax(0).sigmoid()).endswith("Right mark: maximum 4, mean 1, map 0.98. The map tells "
                                                           "them apart.")
    assert marks_in_words(x, x.mean(0).sigmoid()).endswith("The map is the same at both.")


def test_a_plain_photograph_has_no_features_and_a_red_lamp_has():
    photo = torch.full((3, 6, 8), 0.5)
    assert not edges_and_colours(photo).any() and not red_and_blue(photo).any()
    photo[0, 2, 3] = 1
    assert red_and_blue(photo)[0].argmax() == edges_and_colours(photo)[2].argmax() == 2 * 8 + 3


def test_the_kernel_opens_where_something_stands_out():
    class Gate(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.bn = nn.Conv2d(2, 1, 7, padding=3, bias=False), nn.BatchNorm2d(1)

    gate, sheets = made_to_stand_out(Gate()), torch.zeros(1, 2, 15, 15)
    assert gate.conv(sheets + 1)[0, 0, 7, 7].abs() < 1e-6
    sheets[0, 0, 7, 7] = 1
    assert gate.conv(sheets)[0, 0].argmax() in [row * 15 + column for row in (6, 7, 8) for column in (6, 7, 8)]
