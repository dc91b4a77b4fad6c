"""One layer for several, as q, k and v often are, is right in value, and the report says which part is which."""

from pathlib import Path

import pytest
import torch
from torch import nn

from attention_lab import lesson_files
from attention_lab.checking.known import recorded, weights
from attention_lab.checking.verdict.judging import judge
from attention_lab.notebook.check import asker


def judged(name, answer):
    return judge(recorded.load(lesson_files.home(Path("/"), name) / recorded.FOLDER, name), asker(answer, {}))


def heads(x, layer, n):
    return layer(x).unflatten(2, (n, -1)).transpose(1, 2)


class Three(nn.Module):
    """MultiHeadSelfAttention with three layers, under other names and in another order."""

    def __init__(self, dim, num_heads, qkv_bias=True):
        super().__init__()
        if dim % num_heads:
            raise ValueError(f"{num_heads} heads do not divide {dim}")
        self.n = num_heads
        self.to_v, self.to_q, self.to_k = (nn.Linear(dim, dim, qkv_bias) for _ in range(3))
        self.out = nn.Linear(dim, dim)

    def attention(self, x):
        q, k = (heads(x, layer, self.n) for layer in (self.to_q, self.to_k))
        return (q @ k.mT * q.shape[-1] ** -0.5).softmax(-1)

    def forward(self, x):
        return self.out((self.attention(x) @ heads(x, self.to_v, self.n)).transpose(1, 2).flatten(2))


class Detached(Three):
    def attention(self, x):
        q, k = heads(x, self.to_q, self.n).detach(), heads(x, self.to_k, self.n)
        return (q @ k.mT * q.shape[-1] ** -0.5).softmax(-1)


class Fused(nn.Module):
    """PositionAttention with one layer for keys and queries."""

    def __init__(self, channels, reduction=8):
        super().__init__()
        if not (hidden := channels // reduction):
            raise ValueError(f"{channels} // {reduction} is 0")
        self.both, self.v = nn.Conv2d(channels, 2 * hidden, 1), nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        k, q = self.both(x).flatten(2).chunk(2, 1)
        return (q.mT @ k).softmax(-1)

    def forward(self, x):
        return x + self.gamma * (self.v(x).flatten(2) @ self.attention(x).mT).view_as(x)


@pytest.mark.parametrize("name, answer, note", [
    ("MultiHeadSelfAttention", Three, "Your `to_q` is part 1 of the page's `qkv`"),
    ("PositionAttention", Fused, "Part 2 of your `both` is the page's `query`"),
])
def test_layers_that_are_one_elsewhere_are_right(name, answer, note):
    verdict = judged(name, answer)
    assert verdict.points == verdict.max_points, verdict.headline
    assert note in verdict.notes[0]


def test_a_part_without_a_gradient_is_no_right_answer():
    assert judged("MultiHeadSelfAttention", Detached).points < 2


def test_no_layer_is_cut_where_its_parts_are_missing():
    ours, theirs = [("qkv.weight", (12, 4))], [("q.weight", (4, 4)), ("k.weight", (4, 4)), ("v.weight", (5, 4))]
    with pytest.raises(weights.Unplaced):
        weights.candidates(ours, theirs)


def test_no_norm_is_cut():
    def norm(width):
        return [("conv.weight", (4, 4)), *((f"bn.{name}", (width,)) for name in ("weight", "bias", "running_mean"))]
    with pytest.raises(weights.Unplaced):
        weights.candidates([*norm(8), ("bn.num_batches_tracked", ())], [*norm(4), ("bn.num_batches_tracked", ())])
