"""The figure of short runs beside longer ones, and its words."""

from attention_lab.networks.training import Results
from attention_lab.pictures.longer_runs import runs_in_words, short_and_longer_runs, tell_leads


def test_short_and_longer_runs_are_drawn_and_said():
    runs = {("no module", 0): {"right": 30.0}, ("no module", 1): {"right": 32.0}, ("map", 0): {"right": 99.6}}
    results, longer = Results(("no module", "map"), (0, 1), runs), {"no module": [31.0, 33.0]}
    about = {"limits": {"map": 100.0}, "limit": "a perfect map"}
    assert runs_in_words(results, "right dots", longer, ("chance", 100 / 3), **about) == (
        "Right dots; chance: 33 %. no module: 31 %, with five times the steps 31, 33 %; map: 100 %, a perfect map 100 %.")
    axis, = short_and_longer_runs(results, "right dots", longer, ("chance", 100 / 3), highlight=["map"], **about).axes
    assert [bar.get_width() for bar in axis.patches] == [31.0, 99.6]
    assert [list(line.get_xdata()) for line in axis.lines] == [
        [30.0, 32.0], [31.0, 33.0], [99.6], [], [100.0, 100.0], [100 / 3, 100 / 3]]


def test_a_lead_is_clear_only_beyond_luck_and_five_points(capsys):
    scores = {"control": (50.0, 51.0), "ahead": (70.0, 71.0), "slightly ahead": (54.0, 55.0), "by luck": (50.0, 99.0)}
    results = Results(tuple(scores), (0, 1), {(arm, seed): {"right": s} for arm, both in scores.items() for seed, s in enumerate(both)})
    tell_leads(results, [(arm, "control") for arm in scores if arm != "control"])
    said = capsys.readouterr().out.splitlines()
    assert said == ["'ahead' is clearly ahead of 'control'", "'slightly ahead' is not clearly ahead of 'control'",
                    "'by luck' is not clearly ahead of 'control'"]
