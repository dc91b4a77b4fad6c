"""The figure of short runs beside longer ones, and its words."""

from attention_lab.networks.training import Results
from attention_lab.pictures.longer_runs import runs_in_words, short_and_longer_runs


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
