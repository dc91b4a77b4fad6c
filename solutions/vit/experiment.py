"""The long runs of lesson 05c: `python -m solutions.vit.experiment` writes experiment.md (about an hour of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import torch.nn.functional as F
from torch import nn

from solutions.shared.long_runs import LongRuns, Row
from solutions.vit.reference import VisionTransformer

HERE = Path(__file__).parent
ABOUT = """# 05c_vit: long runs

`python -m solutions.vit.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
The heads' runs have one number, the share of right answers on 500 new posters, in per cent.
Those of the digits have one, too, on 2,000 new pictures.
Those with positions set to 0 after training have three: the right answers, whether the digit counts, and which it is.
The others have two: at the places that training asked for, and at the places that it never asked for."""
THIRD = Fraction(1, 3)
HEADS, PLACES = ("one head", "two heads"), ("no vectors", "one per place", "row and column", "never trained")
BEHIND = tuple(f"{arm}, MLP behind" for arm in HEADS)
MAP = "two heads, one map"
DIGITS = "vision transformer", "three convolutions"
PLACELESS = "vision transformer, positions set to 0"
ROWS = [
    *((Row(arm, longer), range(6)) for longer in (1, 5) for arm in (*HEADS, MAP)),
    *((Row(arm, 1, rate), range(5)) for rate in (THIRD, Fraction(3)) for arm in HEADS),
    *((Row(arm, 5, THIRD), range(2)) for arm in HEADS),
    *((Row(arm, longer), range(5)) for longer in (1, 5) for arm in BEHIND),
    *((Row(arm, longer), range(5)) for longer in (1, 5) for arm in PLACES),
    *((Row(arm, 5, THIRD), range(3)) for arm in PLACES),
    *((Row(arm, 1, Fraction(3)), range(3)) for arm in PLACES),
    *((Row(arm, 1), range(5)) for arm in ("two heads, not scaled", "two heads, exhibit B", "two heads, exhibit A")),
    *((Row(arm, 1), range(5)) for arm in ("patches of 8", "patches of 8, dim 192")),
    *((Row(arm, 5), range(2)) for arm in ("patches of 8", "patches of 8, dim 192")),
    *((Row(arm, 1), range(3)) for arm in DIGITS), *((Row(arm, 1, rate), range(1)) for rate in (THIRD, Fraction(3))
                                                    for arm in DIGITS),
    *((Row(arm, 5, rate), range(1)) for rate in (Fraction(1), THIRD) for arm in DIGITS),
    (Row(PLACELESS), range(3)),
]


def more_arms(page: dict) -> dict:
    """The arms that the page only tells of."""
    from attention_lab.lessons.vit.task import DIM, Beside, flag_reader  # after the page, which imports them, too

    attention, embed = page["MultiHeadSelfAttention"], page["PatchEmbed"]

    class OneMap(attention):
        """Two heads that share one map: a single softmax of the sum of their products."""

        def read(self, x):
            weights, v = super().read(x)
            return weights.log().sum(1, keepdim=True).softmax(3).expand_as(weights), v

    class NotScaled(attention):
        """Products that are not divided."""

        def read(self, x):
            q, k, v = self.qkv(x).unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
            return (q @ k.transpose(2, 3)).softmax(3), v

    class MergedWrong(attention):
        """Exhibit B: heads merged without moving their axis back."""

        def forward(self, x):
            weights, v = self.read(x)
            return self.proj((weights @ v).reshape(x.shape))

    class ScaledByDim(attention):
        """Exhibit A: products divided by the root of dim."""

        def read(self, x):
            q, k, v = self.qkv(x).unflatten(2, (3, self.num_heads, -1)).permute(2, 0, 3, 1, 4)
            return (q @ k.transpose(2, 3) * x.shape[2] ** -0.5).softmax(3), v

    def behind(heads: int) -> nn.Module:
        """A block whose MLP comes after the attention."""
        network = flag_reader(embed(4, 3, DIM), attention(DIM, heads))
        network.insert(3, Beside(nn.Sequential(nn.Linear(DIM, 2 * DIM), nn.GELU(), nn.Linear(2 * DIM, DIM))))
        return network

    def large_patches(width: int) -> nn.Module:
        """Patches of 8 x 8, each of which answers for its four cells."""
        class Cells(nn.Module):
            """The answers of a patch for its cells, (B, 9, 8) -> (B, 36, 2)."""

            def forward(self, x):
                return x.view(-1, 3, 3, 2, 2, 2).permute(0, 1, 3, 2, 4, 5).reshape(-1, 36, 2)

        mlps = [nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)) for _ in range(2)]
        parts = [Beside(part) for part in (mlps[0], attention(width, 2), mlps[1])]
        for part in parts:
            part.norm = nn.LayerNorm(width)
        return nn.Sequential(embed(8, 3, width), *parts, nn.Linear(width, 8), Cells())

    alone = {MAP: OneMap, "two heads, not scaled": NotScaled, "two heads, exhibit B": MergedWrong,
             "two heads, exhibit A": ScaledByDim}
    return {**{arm: lambda kind=kind: flag_reader(embed(4, 3, DIM), kind(DIM, 2)) for arm, kind in alone.items()},
            BEHIND[0]: lambda: behind(1), BEHIND[1]: lambda: behind(2),
            "patches of 8": lambda: large_patches(DIM), "patches of 8, dim 192": lambda: large_patches(192)}


def read_digits(arm: str, seed: int, train: Callable[..., nn.Module]) -> dict[str, float]:
    """The page's digits on photographs, with a seed for the network as well."""
    from attention_lab.lessons.vit import photo_digits

    network = photo_digits.ThreeConvolutions() if arm == DIGITS[1] else VisionTransformer(
        (20, 20), 4, 40, depth=2, num_heads=4, num_classes=photo_digits.CLASSES, mlp_ratio=2)
    train(network, *photo_digits.drawn(*photo_digits.TO_LEARN)[:2], loss=F.cross_entropy, epochs=photo_digits.EPOCHS,
          batch_size=photo_digits.BATCH, peak_rate=photo_digits.RATE, seed=seed)
    if arm == PLACELESS:
        nn.init.zeros_(network.pos_embed)
        return photo_digits.look_ups(network)
    return {"right": photo_digits.look_ups(network)["right"]}


def run(page: dict, arm: str, seed: int) -> float | dict[str, float]:
    """One run of any arm."""
    from attention_lab.lessons.vit import flag_experiment, mirror_boards, task

    if arm in (*DIGITS, PLACELESS):
        return read_digits(arm, seed, page["train"])
    if arm in PLACES:
        embed, attention = page["PatchEmbed"](4, 3, task.DIM), page["MultiHeadSelfAttention"](task.DIM, 2)
        return mirror_boards.played(mirror_boards.board_reader(embed, mirror_boards.KINDS[arm], attention), seed)
    network = flag_experiment.trained_on_flags(page["arms"][arm](), page["posters"], seed)
    return task.right_on_flags(network, page["test_posters"])


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    runs.page["arms"] |= more_arms(runs.page)
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, partial(run, runs.page))
