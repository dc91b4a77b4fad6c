"""What lesson 02 takes from the library for its experiment and for what can be touched: gates, their words, their
scores."""

import re

import matplotlib as mpl
import pytest
import torch
from torch import nn

from attention_lab.lessons.eca.pictures import (
    KERNELS,
    gate_in_words,
    gates_of,
    show_matrices,
    show_tuned_in,
    slide_a_kernel,
    with_kernel,
)
from attention_lab.lessons.eca.released_eca import print_released_kernels
from attention_lab.lessons.eca.task import BANDS, disc_finder, glowing_discs, overlap, pixel_loss

mpl.use("agg")


class Neighbours(nn.Module):
    """Gates from a kernel along the channels, by a loop."""

    def __init__(self, channels, kernel_size):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, kernel_size, bias=False)

    def forward(self, x):
        kernel, means = self.conv.weight.flatten().tolist(), x.mean((2, 3))
        scores = torch.zeros_like(means)
        for c in range(means.shape[1]):
            for step, weight in enumerate(kernel, -(len(kernel) // 2)):
                if 0 <= c + step < means.shape[1]:
                    scores[:, c] += weight * means[:, c + step]
        return x * torch.sigmoid(scores)[:, :, None, None]


def test_gates_are_what_a_block_multiplies_by():
    block = with_kernel(Neighbours, 4, torch.tensor([-1.0, 2, -1]))
    x = torch.tensor([1.0, 3, 2, 2])[None, :, None, None].expand(1, 4, 2, 3)
    assert gates_of(block, x)[0].tolist() == pytest.approx([0.27, 0.95, 0.27, 0.88], abs=0.005)


def test_a_gate_in_words_counts_what_lies_over_an_end():
    means, gates = torch.tensor([1.0, 3, 2, 2]), torch.tensor([0.27, 0.95, 0.27, 0.88])
    assert gate_in_words(means, KERNELS[0], gates, 1) == (
        "Channel 1: -1 · 1 + 2 · 3 - 1 · 2 = 3.0, gate 0.95. Weights that meet zeros of the padding: 0 of 3.")
    assert "2 · 2 - 0.5 · 2" not in gate_in_words(means, KERNELS[1], gates, 3)
    assert "= 1.5, gate 0.88. Weights that meet zeros of the padding: 2 of 5" in gate_in_words(
        means, KERNELS[1], gates, 3
    )


def test_a_kernel_slides_over_a_learners_block(capsys):
    slide_a_kernel(Neighbours)
    assert "Channel 6: -1 · 2.4 + 2 · 3.2 - 1 · 2 = 2.0, gate 0.88" in re.sub(r"\s+", " ", capsys.readouterr().out)


def test_a_peak_detector_tunes_in_and_its_picture_is_kept(capsys, tmp_path, monkeypatch):
    import IPython  # noqa: F401  as in a notebook

    monkeypatch.chdir(tmp_path)
    show_tuned_in(with_kernel(Neighbours, BANDS, torch.tensor([-4.0, 8, -4])), glowing_discs(40, seed=3))
    inside, everywhere = map(int, re.findall(r"in (\d+) %", capsys.readouterr().out.partition("\n")[0]))
    assert inside > 70 > 30 > everywhere, "the ends look like peaks"
    assert (tmp_path / "my_eca.png").exists()


def test_matrices_of_any_size_are_shown(capsys):
    show_matrices({"a band": torch.eye(3), "nothing": torch.zeros(3, 3)}, "Two matrices of three channels.")
    assert "Two matrices" in capsys.readouterr().out


def test_a_disc_is_marked_and_scored():
    logits = disc_finder(nn.Identity())(torch.randn(2, BANDS, 16, 16))
    discs = torch.zeros(2, 16, 16)
    discs[:, 4:8, 4:8] = 1
    assert logits.shape == discs.shape and pixel_loss(logits, discs).isfinite()
    half = torch.where(discs > 0, 1.0, -1.0)
    half[:, 4:8, 6:] = -1
    assert overlap(half, discs) == pytest.approx(50)


def test_the_released_kernels_stand_beside_those_of_a_rule(capsys):
    print_released_kernels(lambda channels: 1)
    assert "ECA-ResNet-50    (1, 1, 1, 1),  16 parameters  (3, 5, 5, 7),  80 parameters" in capsys.readouterr().out
