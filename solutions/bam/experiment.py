"""The long runs of lesson 04: `python -m solutions.bam.experiment` writes experiment.md (about twenty minutes of one
core)."""

from fractions import Fraction
from pathlib import Path

from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 04_bam: long runs

`python -m solutions.bam.experiment` trains the page's arms, and one more, for five times the page's 96 steps.
It does so at the page's peak rate and at other rates.
Each number is the share of right answers on 2048 new strips, in per cent.
A vote of both bars scores 75.

After 96 steps, some networks are just about to learn. Rounding then decides how a run ends, and another processor rounds in another way.
An earlier record of BAM with dilation 4 and posts 12 away, seeds 0 to 7, has 75.5, 92.7, 76.0, 78.4, 100, 100, 91.2 and 76.2."""  # noqa: E501
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
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    BAM, no_gate, reader, size = (runs.page[name] for name in ("BAM", "NoGate", "strip_reader", "SIZE"))
    runs.page["arms"][PRODUCT] = lambda: reader(BAM(*size, 4, "product")), 8, True
    runs.page["arms"][FAR_NO_GATE] = lambda: reader(no_gate(*size)), 12, True
    runs.page["arms"] |= {arm: (lambda dilation=dilation: reader(BAM(*size, dilation)), far, True)
                          for arm, (dilation, far) in AT_THE_EDGE.items()}
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, runs.page["run"])
