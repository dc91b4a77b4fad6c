"""The long runs of lesson 08a: `python -m solutions.windows.experiment` writes experiment.md (about fifteen minutes of
one core)."""

from fractions import Fraction
from pathlib import Path

from attention_lab.lessons.windows.experiment import learned, right_by_place
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 08a_windows: long runs

`python -m solutions.windows.experiment` writes this table; `lab_book.md` says what the arms, the numbers and the factors are, and what the runs show."""  # noqa: E501
ARMS = "never shifted", "both shifted", "no mask", "one shifted"
PLACES = "border", "edge", "shifted border", "elsewhere"

ROWS = [
    *((Row(arm, 5), range(3)) for arm in ARMS),
    *((Row(arm, 5, Fraction(1, 2)), range(3)) for arm in ARMS),
    *((Row(arm), range(8)) for arm in ("no mask", "one shifted")),
]


if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")

    def run(arm: str, seed: int) -> dict[str, float]:
        scores = right_by_place(learned(runs.page["arms"][arm], seed))
        return {place: scores[place] for place in PLACES}

    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run)
