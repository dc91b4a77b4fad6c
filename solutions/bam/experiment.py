"""The long runs of lesson 04: `python -m solutions.bam.experiment` writes experiment.md (about twenty minutes of one
core)."""

from fractions import Fraction
from pathlib import Path

from torch import nn

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 04_bam: long runs

`python -m solutions.bam.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
Each number is the share of right answers on 2048 new strips, in per cent."""
THIRD, THREE = Fraction(1, 3), Fraction(3)

TOO_SMALL = ("dilation 1, posts 8 away", "dilation 2, posts 12 away")  # windows that do not hold a bar and its post
CONTROLS = ("no module, posts 8 away", *TOO_SMALL, "dilation 4, posts anywhere")
LEARN = ("dilation 1, posts 5 away", "dilation 2, posts 8 away", "dilation 4, posts 8 away",
         "dilation 4, posts 12 away",
         "no gate, posts 8 away")
PRODUCT = "dilation 4, product, posts 8 away"
FAR_NO_GATE = "no gate, posts 12 away"
AT_THE_EDGE = {f"dilation {dilation}, posts {far} away": (dilation, far)
               for dilation, far in ((1, 7), (2, 10), (2, 11), (4, 16), (4, 20))}
EXHIBIT = {f"exhibit A, posts {far} away": far for far in (5, 8)}
ROWS = [
    *((Row(arm, 5, rate), range(3)) for rate in (Fraction(1), THIRD, THREE) for arm in CONTROLS),
    *((Row(arm, 5, rate), range(3)) for rate in (Fraction(1), THIRD) for arm in LEARN),
    (Row("dilation 2, posts 8 away"), range(8)),
    *((Row(arm), range(16)) for arm in ("dilation 4, posts 12 away", FAR_NO_GATE)),
    *((Row(arm, 1, rate), range(8)) for rate in (THIRD, THREE) for arm in ("dilation 4, posts 12 away", FAR_NO_GATE)),
    (Row(PRODUCT), range(3)),
    (Row(PRODUCT, 5), range(3)),
    *((Row(FAR_NO_GATE, 5, rate), range(3)) for rate in (Fraction(1), THIRD)),
    *((Row(arm, 5), range(3)) for arm in AT_THE_EDGE),
    *((Row("dilation 2, posts 10 away", 5, rate), range(10)) for rate in (Fraction(1), THIRD)),
    (Row("dilation 2, posts 10 away", 25), (4, 9)),  # the two that five times the steps did not help
    *((Row(arm, 5), range(8)) for arm in LEARN[1:4]),
    *((Row(arm, longer), range(5)) for longer in (1, 5) for arm in EXHIBIT),
    *((Row(arm), range(5)) for arm in (*CONTROLS, *LEARN[:1], *LEARN[2:3], *LEARN[4:])),
]


def wide_view_that_is_not_wide(branch: type[nn.Module]) -> type[nn.Module]:
    """The lab book's exhibit A: a spatial branch whose dilation lands in `groups`."""
    class ExhibitA(branch):
        def __init__(self, channels: int, reduction: int = 16, dilation: int = 4) -> None:
            super().__init__(channels, reduction, dilation)
            c = channels // reduction
            self.conv1 = nn.Conv2d(c, c, 3, 1, "same", 1, dilation)
            self.conv2 = nn.Conv2d(c, c, 3, 1, "same", 1, dilation)

    return ExhibitA


if __name__ == "__main__":
    from attention_lab.lessons.bam.experiment import WithoutGate

    runs = LongRuns(HERE / "page.py")
    BAM, reader, size = (runs.page[name] for name in ("BAM", "strip_reader", "SIZE"))
    exhibit = wide_view_that_is_not_wide(runs.page["SpatialBranch"])
    runs.page["arms"][PRODUCT] = lambda: reader(BAM(*size, 4, "product")), 8
    runs.page["arms"][FAR_NO_GATE] = lambda: reader(WithoutGate(BAM(*size))), 12
    runs.page["arms"] |= {arm: (lambda dilation=dilation: reader(BAM(*size, dilation)), far)
                          for arm, (dilation, far) in AT_THE_EDGE.items()}

    def with_exhibit() -> nn.Module:
        block = BAM(*size, 4)
        block.spatial = exhibit(*size, 4)
        return reader(block)

    runs.page["arms"] |= {arm: (with_exhibit, far) for arm, far in EXHIBIT.items()}
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
