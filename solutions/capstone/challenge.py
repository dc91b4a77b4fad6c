"""Our pairs of modules for the challenge of the capstone: `python -m solutions.capstone.challenge` (about two
minutes of one core)."""

from pathlib import Path

from torch import nn

from attention_lab.networks import adapters as plugs
from solutions.capstone.experiment import reference
from solutions.shared.attempts import Attempts

PAIRS = ("CoordAtt", "DANet channel"), ("CBAM", "CoordAtt")  # places, and the content of the whole picture

if __name__ == "__main__":
    modules, missing = plugs.plugged(reference)
    if missing:
        raise RuntimeError(missing)
    attempts = Attempts(Path(__file__).with_name("page.py"))
    attempts.try_all({
        " -> ".join(pair): lambda channels, pair=pair: nn.Sequential(*(modules[name](channels) for name in pair))
        for pair in PAIRS
    })
