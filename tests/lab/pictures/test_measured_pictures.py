"""Figures of what was measured for a lesson, and their words."""

import pytest

from attention_lab.networks.training import Results
from attention_lab.pictures.longer_runs import runs_in_words, short_and_longer_runs
from attention_lab.pictures.memory_growth import growth, growth_in_words, memory_growth


def test_short_and_longer_runs_are_drawn_and_said():
    runs = {("no module", 0): {"right": 30.0}, ("no module", 1): {"right": 32.0}, ("map", 0): {"right": 99.6}}
    results, longer = Results(("no module", "map"), (0, 1), runs), {"no module": [31.0, 33.0]}
    about = {"limits": {"map": 100.0}, "limit": "a perfect map"}
    assert runs_in_words(results, "right dots", longer, ("chance", 100 / 3), **about) == (
        "Right dots; chance: 33 %. no module: 31 %, with five times the steps 31, 33 %; map: 100 %, a perfect "
        "map 100 %.")
    axis, = short_and_longer_runs(results, "right dots", longer, ("chance", 100 / 3), highlight=["map"], **about).axes
    assert [bar.get_width() for bar in axis.patches] == [31.0, 99.6]
    assert [list(line.get_xdata()) for line in axis.lines] == [
        [30.0, 32.0], [31.0, 33.0], [99.6], [], [100.0, 100.0], [100 / 3, 100 / 3]]


MEMORY = {"naive": [1.0, 4.0, 64.0], "chunks": [1.0, 2.0, 8.0]}


def test_growth_is_over_a_fourfold():
    assert growth_in_words((256, 1024, 4096), MEMORY) == (
        "Memory of a training step against N, both axes logarithmic. At N = 4096: naive 64 MiB, 16 times as much as "
        "at N = 1024; chunks 8 MiB, 4 times as much as at N = 1024.")
    axis, = memory_growth((256, 1024, 4096), MEMORY).axes
    assert [line.get_label() for line in axis.lines] == ["naive: 64 MiB, x 16", "chunks: 8 MiB, x 4"]
    with pytest.raises(ValueError, match="1000"):
        growth((256, 4000), [1.0, 2.0])
