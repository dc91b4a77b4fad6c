"""The experiment of lesson 05a, and the hand-set attention on a photograph."""

from unittest.mock import patch

import pytest
import torch
from torch import nn

from attention_lab.lessons.danet import experiment, own_colour
from attention_lab.networks import training
from attention_lab.tasks.coloured_posters import coloured_posters
from solutions.danet.reference import ChannelAttention, PositionAttention

OWN, BORROWED = experiment.RIGHT, experiment.RIGHT + experiment.BORROWED


def with_gamma(module, gamma=0.5):
    nn.init.constant_(module.gamma, gamma)
    return module


MODULES = pytest.mark.parametrize("module", [PositionAttention(8, reduction=4), ChannelAttention(negate=True)],
                                  ids=["position", "channel"])


@MODULES
def test_a_module_that_borrows_gathers_as_it_would_with_its_own_matrix(module):
    """Of two equal images, the one before has the same A."""
    x = torch.randn(1, 8, 3, 5).expand(2, -1, -1, -1)
    assert torch.allclose(experiment.Borrowing(with_gamma(module))(x), module(x), atol=1e-5)


@MODULES
def test_a_module_borrows_the_matrix_of_the_image_before_and_keeps_its_values(module):
    x = torch.randn(2, 8, 3, 5)
    found, lent = experiment.Borrowing(with_gamma(module))(x), module.attention(x).roll(1, 0)
    with patch.object(module, "attention", lambda _: lent):
        assert torch.allclose(found, module(x), atol=1e-5)
    assert not torch.allclose(found, module(x), atol=1e-5)


def test_every_position_gathers_the_same_mean():
    module, x = with_gamma(PositionAttention(8, reduction=4)), torch.randn(2, 8, 3, 5)
    added = experiment.MeanOfAll(module)(x) - x
    assert torch.allclose(added, 0.5 * module.value(x).mean((2, 3), keepdim=True).expand_as(x), atol=1e-5)


def test_a_wide_window_sees_six_positions_further():
    window, x = experiment.wide_window(2).eval(), torch.ones(1, 2, 15, 15, requires_grad=True)
    for layer in (window[0], window[3]):
        nn.init.ones_(layer.weight)
    window(x)[0, :, 7, 7].sum().backward()
    rows = x.grad.sum((0, 1, 3)).nonzero().flatten()
    assert window(x).shape == x.shape and (rows.min(), rows.max()) == (1, 13)


def test_a_run_scores_with_its_own_matrix_and_then_with_a_borrowed_one():
    posters = coloured_posters(2, seed=1)
    arms = {"position": lambda: PositionAttention(experiment.CHANNELS, reduction=4), "none": nn.Identity}
    run, _ = experiment.on_posters(arms, posters, posters)
    with (patch.object(training, "train", lambda network, *_, **__: network),
          patch.object(experiment, "right_on_posters", lambda network, _: isinstance(network[2],
                                                                                     experiment.Borrowing))):
        assert run("position", 0) == {OWN: False, BORROWED: True}
        assert run("none", 0) == {OWN: False, BORROWED: False}


def test_predictions_stand_beside_the_scores_that_they_are_about(capsys):
    scores = {"position attention": {OWN: 99.0, BORROWED: 51.0}, "wide window": {OWN: 52.0, BORROWED: 52.0},
              "mean of all": {OWN: 60.0, BORROWED: 60.0}, "channel attention": {OWN: 90.0, BORROWED: 50.0}}
    results = training.Results(tuple(scores), (0,), {(arm, 0): each for arm, each in scores.items()})
    predicted = {"position attention": 90, "position attention, another poster's A": 50}
    experiment.PosterPlot().show(results, predicted)
    said = capsys.readouterr().out
    assert "99" in said and "51" in said


def test_a_position_asks_for_its_own_colour():
    photo = torch.zeros(3, 40, 40)
    photo[0, :, :20], photo[2, :, 20:] = 1.0, 1.0  # red, and blue beside it
    weights = own_colour.asks_for_its_colour(PositionAttention)(photo)
    left = (torch.arange(400) % 20) < 10
    assert weights.shape == (400, 400)
    assert weights[left][:, left].sum(1).min() > 0.999 and weights[~left][:, ~left].sum(1).min() > 0.999
