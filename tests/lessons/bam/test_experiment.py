"""Lesson 04's experiment and its block made by hand: which arm gets which strips, what is left without a gate, and what
the two ways to combine the branches open."""

import torch
from torch import nn

from attention_lab.lessons.bam.experiment import NO_CUE, WithoutGate, on_strips
from attention_lab.lessons.bam.hand_made import made_to_stand_out
from attention_lab.lessons.bam.task import bars_and_posts
from attention_lab.networks import training
from solutions.bam.reference import BAM


def test_an_arm_trains_on_strips_of_its_distance_and_one_of_them_without_the_cue(monkeypatch):
    seen = []
    monkeypatch.setattr(training, "train", lambda network, pictures, *_, **__: seen.append(pictures) or network)
    says_no = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2))
    run, trained, _ = on_strips({"near": (lambda: says_no, 5), NO_CUE: (lambda: says_no, 8)}, dict)
    assert 0 <= run("near", 0) <= 100 and 0 <= run(NO_CUE, 1) <= 100
    assert seen[0].equal(bars_and_posts(768, 5, seed=0).pictures)
    assert seen[1].equal(bars_and_posts(768, 8, seed=0, cue=False).pictures)
    assert set(trained) == {("near", 0), (NO_CUE, 1)}


def test_without_its_gate_a_block_adds_its_branches():
    block, x = BAM(8, 2).eval(), torch.randn(2, 8, 3, 4)
    assert WithoutGate(block)(x).equal(x + block.channel(x) + block.spatial(x))


def test_the_sum_opens_where_something_stands_out_and_the_product_everywhere_else():
    x = torch.full((1, 3, 12, 12), 0.5)
    x[..., 6, 6] = 1
    gates = {combine: (made_to_stand_out(BAM(3, 1, 2, combine))(x) / x - 1)[0, 0, 4:9, 4:9]
             for combine in ("sum", "product")}
    assert gates["sum"][2, 2] > 0.9 and gates["sum"][1, 1] < 0.1  # the spot, and a position beside it
    assert gates["product"][2, 2] < 0.1 and gates["product"][1, 1] > 0.9
