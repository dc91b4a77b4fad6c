"""The long runs of lesson 01: `python -m solutions.se.experiment` writes experiment.md (about twenty minutes of one
core)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import torch
import torch.nn.functional as F

from attention_lab.lessons.se.task import colour_reader
from attention_lab.networks import training
from attention_lab.tasks.data import on_a_wall, photo_patches, under_lamp
from solutions.shared.long_runs import LongRuns, Row

HERE = Path(__file__).parent
ABOUT = """# 01_se: long runs

`python -m solutions.se.experiment` writes this table; `lab_book.md` says what the arms are and what the runs show.
A single number is the share of right answers on 1024 new pictures, in per cent; on photographs there are two, in dB."""
THIRD, THREE = Fraction(1, 3), Fraction(3)


def run_of(page: dict) -> Callable[[str, int], float | dict[str, float]]:
    """The page's run; for an arm on photographs, a network of the same kind that repaints them in white light."""
    photos = [F.avg_pool2d(photo_patches(split), 2) for split in ("train", "test")]
    places = {"alone": photos, "on a wall": [on_a_wall(pictures, seed) for seed, pictures in enumerate(photos)]}

    def run(arm: str, seed: int) -> float | dict[str, float]:
        module, _, place = arm.partition(", ")
        if place not in places:
            return page["run"](arm, seed)
        truth, new_truth = places[place]
        middle = slice(4, -4) if place == "on a wall" else slice(None)
        (seen, _), (unseen, _) = under_lamp(truth, seed=0), under_lamp(new_truth, seed=1)

        def error(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            return F.mse_loss(output[..., middle, middle], target[..., middle, middle])

        model = training.train(colour_reader(page["arms"][module](), outputs=3), seen, truth, loss=error,
                              epochs=10, batch_size=32, peak_rate=0.04, seed=seed)
        with torch.no_grad():
            return {"new": -10 * error(model(unseen), new_truth).log10().item(),
                    "seen": -10 * error(model(seen), truth).log10().item()}

    return run


EXHIBIT = "SE with exhibit A"
WITHOUT = ("no module", "no squeeze", "no module, two lamps", "SE, two lamps")
PHOTOGRAPHS = ("no module, alone", "SE, alone", "no module, on a wall", "no squeeze, on a wall", "SE, on a wall")
ROWS = [
    *((Row(arm, 5), range(5)) for arm in (*WITHOUT, "gates added", "SE")),
    *((Row(arm, 5, rate), (0,)) for arm in (*WITHOUT, "gates added", "SE") for rate in (THIRD, THREE)),
    *((Row(arm, 5), range(5)) for arm in PHOTOGRAPHS),
    *((Row(arm, 5, THIRD), (0,)) for arm in PHOTOGRAPHS),
    *((Row(arm), range(5)) for arm in (*WITHOUT, "gates added", "SE", EXHIBIT)),
    (Row(EXHIBIT, 5), range(5)),
]

if __name__ == "__main__":
    runs = LongRuns(HERE / "page.py")
    exhibit, channels = runs.page["ExhibitA"], runs.page["CHANNELS"]
    runs.page["arms"][EXHIBIT] = lambda: exhibit(channels, reduction=2)
    runs.fill(HERE / "experiment.md", ABOUT, ROWS, run_of(runs.page))
