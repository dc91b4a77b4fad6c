"""The far end of GRL: AnchoredStripeAttention, with rectangular stripes, a shift and anchors at half the resolution."""

import pytest

from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor
from solutions.grl import reference as grl

from .way import Way

pytestmark = pytest.mark.quick

STRIPES = {"num_heads": 2, "stripe_size": (4, 2), "down_factor": 2}


def tokens(height, width, channels=4, batch=2):
    return RandomTensor((batch, height * width,
                         3 * channels)), RandomTensor((batch, height // 2, width // 2, channels)), (height, width)


CASES = (
    Case("stripes of 4 x 2 on 8 x 4", tokens(8, 4), construct=STRIPES),
    Case("shifted stripes", tokens(8, 4), construct={**STRIPES, "shift": True}),
    Case("groups along the width, shifted", tokens(4, 8),
         construct={**STRIPES, "stripe_size": (2, None), "stripe_groups": (None, 2), "shift": True}),
    Case("one group, down_factor=1", (RandomTensor((1, 12, 6)), RandomTensor((1, 4, 3, 2)), (4, 3)),
         construct={"num_heads": 1, "stripe_size": (2, 99), "stripe_groups": (None, 1), "shift": True}),
    Case("float32 numbers", tokens(8, 4), construct={**STRIPES, "shift": True}, dtype="float32"),
    Case("a second call", tokens(8, 4), construct=STRIPES, earlier=True),
    Case("tokens of another image", (RandomTensor((1, 12, 12)), RandomTensor((1, 2, 2, 4)), (4, 4)), construct=STRIPES,
         raises=()),
)
ANSWER = """
class AnchoredStripeAttention(nn.Module):
    def __init__(self, num_heads, stripe_size, stripe_groups=(None, None), shift=False, down_factor=1):
        super().__init__()
        self.h, self.s, self.g, self.shift, self.d = num_heads, stripe_size, stripe_groups, shift, down_factor
        self.{first} = AffineTransform(num_heads)
        self.{second} = AffineTransform(num_heads)

    def split(self, t, size, parts):
        windows = window_partition(t, size)
        n = windows.shape[1] * windows.shape[2]
        return windows.reshape(len(windows), n, parts, self.h, -1).permute(2, 0, 3, 1, 4).unbind(0)

    def forward(self, qkv, anchor, image_size):
        B, L, C = qkv.shape
        d, size, by = self.d, [], []
        if L != image_size[0] * image_size[1]:
            raise ValueError("tokens")
        for n, s, g in zip(image_size, self.s, self.g):
            size.append(s if g is None else n // g)
            by.append(0 if not self.shift else s // 2 if g is None else 0 if g == 1 else n // (2 * g))
        small, small_by = [s // d for s in size], [b // d for b in by]
        x = qkv.reshape(B, *image_size, C)
        if self.shift:
            x = torch.roll(x, (-by[0], -by[1]), (1, 2))
            anchor = torch.roll(anchor, (-small_by[0], -small_by[1]), (1, 2))
        q, k, v = self.split(x, size, 3)
        a, = self.split(anchor, small, 1)
        table = relative_coords_table(size, d, dtype=qkv.dtype)
        out_index = relative_position_index(size, d)
        in_index = relative_position_index(size, d, from_anchor=True)
        mask = anchor_mask(image_size, size, by, d).to(qkv) if self.shift else None
        flipped = None if mask is None else mask.transpose(1, 2)
        y = cosine_attention(a, k, v, lambda t: self.{inner}(t, table, in_index, flipped))
        y = cosine_attention(q, a, y, lambda t: self.{outer}(t, table, out_index, mask))
        y = y.transpose(1, 2).reshape(-1, size[0], size[1], C // 3)
        y = window_reverse(y, size, image_size)
        return torch.roll(y, tuple(by), (1, 2)).reshape(B, L, C // 3)
"""
NAMED = ANSWER.format(first="transform_in", second="transform_out", inner="transform_in", outer="transform_out")


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    known = (Mistake("one-transform", "Both attentions use `transform_in`.",
                     {"lambda cosine: self.transform_out(": "lambda cosine: self.transform_in("},
                     exercise="AnchoredStripeAttention"),)
    return Way(tmp_path_factory.mktemp("stripes"), grl, "AnchoredStripeAttention", *CASES,
               uses=("AffineTransform", "cosine_attention"), mistakes=known)


def test_right_answers(lesson):
    lesson.right(NAMED)
    lesson.right(ANSWER.format(first="to_tokens", second="to_anchors", inner="to_anchors", outer="to_tokens"))
    lesson.right("""
        import math

        class AffineTransform(nn.Module):
            def __init__(self, heads):
                super().__init__()
                self.mlp1, self.mlp2 = nn.Conv1d(2, 512, 1), nn.Linear(512, heads, bias=False)
                self.tau = nn.Parameter(torch.zeros(heads, 1, 1))

            def forward(self, attn, table, index, mask=None):
                bias = self.mlp2(torch.relu(self.mlp1(table.reshape(-1, 2, 1)))[..., 0])
                logits = attn * torch.exp(self.tau.clamp(max=math.log(100.0))) + 16 * bias.T[:, index].sigmoid()
                if mask is None:
                    return logits
                images = logits.shape[0] // mask.shape[0]
                return logits + mask.repeat(images, 1, 1)[:, None]

        """ + NAMED.replace("\n", "\n        "))


@pytest.mark.parametrize("old, new, telling", [
    ("lambda t: self.transform_out(", "lambda t: self.transform_in(", "Both attentions use `transform_in`."),
    ("mask.transpose(1, 2)", "mask.transpose(1, 2) * 0",
     "in the input of `transform_in` (tensor 4 of 4): it is zero everywhere"),
    ("torch.roll(y, tuple(by), (1, 2))", "y", "`transform_out` are right; what you do with the result differs"),
    ("relative_coords_table(size, d, dtype=qkv.dtype)", "relative_coords_table(size, d)",
     "`arange` makes a tensor float32"),
    ("relative_coords_table(size, d, dtype=qkv.dtype)", "relative_coords_table(size, d).to(qkv.dtype)",
     "makes a tensor without a dtype"),
    ("raise ValueError(\"tokens\")", "pass", "tokens of another image: your code raises RuntimeError"),
    ("self.split(x, size, 3)", "self.split(x, size[::-1], 3)", "With "),
    ("0 if g == 1 else n // (2 * g)", "n // (2 * g)", "one group, down_factor=1"),
])
def test_wrong_answers(lesson, old, new, telling):
    assert old in NAMED
    lesson.wrong(NAMED.replace(old, new), telling)


def test_exchanged_transforms_under_the_right_names(lesson):
    lesson.wrong(ANSWER.format(first="transform_in", second="transform_out", inner="transform_out",
                               outer="transform_in"),
                 "the first difference is in the input of `transform_in` (tensor 1 of 3): Expected shape (8, 2, 2, 8), "
                 "got (8, 2, 8, 2)")


def test_tables_are_not_kept_in_the_state(lesson):
    lesson.wrong(NAMED.replace("self.transform_in = ",
                               "self.table = nn.Parameter(torch.zeros(7))\n        self.transform_in = "),
                 "Not expected: `table` (7,)")
