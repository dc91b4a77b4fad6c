"""What lesson 09's page takes from the library: the network for cloths, its open gate, and how strongly branches
respond to waves."""

import torch
from torch import nn

from attention_lab.lessons.cloformer import pictures as cloformer
from attention_lab.lessons.cloformer.cloth_net import ClothNet, parameters, right_with_anothers_keys, with_open_gate
from attention_lab.lessons.cloformer.task import woven_cloths
from autograder.lessons.topics import topic

REFERENCE = topic("cloformer").reference


def net(norm=nn.BatchNorm2d):
    torch.manual_seed(0)
    return ClothNet(lambda: REFERENCE.CloAttention(16, 4, [2, 2], [5], window_size=4), norm).eval()


def test_the_network_has_the_size_that_the_challenge_names():
    assert parameters(net()) == 2594


def test_an_open_gate_leaves_a_convolution():
    pictures = torch.rand(1, 16, 8, 8)
    local = net().attn.local_branches[0], with_open_gate(net()).attn.local_branches[0]
    closed, opened = (branch(2 * pictures) - branch(pictures) for branch in local)
    assert torch.allclose(local[1](3 * pictures) - local[1](2 * pictures), opened, atol=1e-4)  # linear
    assert not torch.allclose(local[0](3 * pictures) - local[0](2 * pictures), closed, atol=1e-4)


def test_a_norm_over_the_picture_sees_all_of_it_and_a_batch_norm_does_not():
    pictures = torch.rand(1, 3, 24, 24)
    elsewhere = pictures.clone()
    elsewhere[..., 0, 0] += 5
    for norm, far in ((nn.BatchNorm2d, False), (lambda channels: nn.GroupNorm(1, channels), True)):
        model = net(norm)
        changed = (model.features(elsewhere) - model.features(pictures))[..., 23, 23].abs().max()
        assert bool(changed > 1e-6) == far


def test_keys_of_another_cloth_are_taken_back_out():
    model, cloths = net(), woven_cloths(6, seed=1)
    before = model(cloths.pictures)
    right_with_anothers_keys(model, cloths)
    assert torch.equal(model(cloths.pictures), before)


def test_the_strongest_response_of_each_branch_is_100_percent():
    found = cloformer.wave_responses(net())
    assert list(found) == ["local", "global"] and all(max(curve.values()) == 100 for curve in found.values())
    assert found["global"][24] > 90 and found["global"][3] < 10


def test_waves_can_be_looked_at_before_anything_is_trained(monkeypatch):
    slides = []
    monkeypatch.setattr(cloformer, "slide", lambda *arguments, start: slides.append((*arguments, start)))
    cloformer.slide_waves({"before training": net()})
    (controls, picture, says, start), = slides
    assert list(controls) == ["wavelength", "network"] and start == ("3 pixels", "before training")
    assert says(24, "before training").startswith("A wave of 24 pixels, before training: the local branch "
                                                  "responds with ")
    assert len(picture(24, "before training")) == 3
