"""What the capstone's page says about its map is true of the recorded table."""

import statistics

import pytest

from attention_lab.plugs import CONTROLS, PLUGS
from solutions.shared.topics import topic

FIGURES = topic("capstone").module("figures")
RUNS = FIGURES.table()
MEANS = {arm: {task: statistics.fmean(found) for task, found in FIGURES.scores(RUNS, arm, 1).items()} for arm in FIGURES.arms(RUNS)}
FAR_REACHING = {"CBAM", "BAM", "pyramid split", "GRL", "CloAttention", "SCConv"}
WHOLE_PICTURE = {"SE", "ECA", "CBAM", "BAM", "DANet position", "polarized", "external", "EMSA", "GRL", "CloAttention"}


def scores(task, arms=None):
    return {arm: means[task] for arm, means in MEANS.items() if arms is None or arm in arms}


def between(found, low, high):
    return {arm: round(score, 1) for arm, score in found.items() if not low <= score <= high}


@pytest.mark.parametrize("task, arms, low, high", [
    ("local", None, 94.5, 98.5),
    ("what", {"nothing", "SE, no squeeze"}, 75.5, 77.5),
    ("what", {"one more 3x3 conv"}, 85.5, 86.5),
    ("what", WHOLE_PICTURE, 88.5, 93.5),
    ("what", {"DANet channel"}, 78, 80),
    ("where", {"CoordAtt"}, 99, 100),
    ("where", set(CONTROLS) | {"SE", "ECA", "DANet position", "DANet channel", "polarized", "external", "EMSA", "windows"}, 22, 28),
    ("where", FAR_REACHING, 44.5, 70.5),
    ("far", FAR_REACHING | {"windows", "CoordAtt"}, 94.5, 100),
    ("look-up", {"nothing", "windows", *CONTROLS}, 32, 37),
    ("far", {"DANet position"}, 30, 40),
])
def test_a_sentence_of_the_page(task, arms, low, high):
    assert between(scores(task, arms), low, high) == {}


def test_nobody_else_finds_out_where():
    assert [arm for arm, score in scores("where").items() if score > 90] == ["CoordAtt"]


def test_no_module_wins_everywhere():
    best = [max(MEANS, key=lambda arm, task=task: MEANS[arm][task]) for task in MEANS["nothing"]]
    assert len(set(best)) > 1
    assert max(min(means.values()) for means in MEANS.values()) <= 53


def taken_apart(arm):
    return {task: statistics.fmean(found) for task, found in FIGURES.scores(RUNS, arm, 1).items()}


def test_what_cbam_looks_up_with_and_what_it_reaches_with():
    no_maximum, channels_alone = map(taken_apart, ("CBAM, no maximum", "CBAM, channels alone"))
    assert no_maximum["look-up"] < 38 and channels_alone["look-up"] > 99 and channels_alone["far"] < 38


def test_two_modules_together_do_all_five():
    assert 88.5 <= min(taken_apart("CoordAtt, DANet channel").values()) < 89.5


def test_the_whole_map_has_every_module():
    assert list(MEANS) == [*CONTROLS, *PLUGS]
