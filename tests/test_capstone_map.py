"""What the capstone's page says about its map is true of the recorded table."""

import statistics

import pytest

from attention_lab.networks.adapters import CONTROLS, PLUGS
from autograder.lessons.topics import topic

FIGURES = topic("capstone").module("figures")
RUNS = FIGURES.table()
MEANS, LATER = ({arm: {task: statistics.fmean(found) for task, found in FIGURES.scores(RUNS, arm, longer).items()}
                 for arm in FIGURES.arms(RUNS)} for longer in (1, 5))
WEIGHS_PLACES = {"CBAM", "BAM", "pyramid split", "GRL", "CloAttention", "SCConv"}
WHOLE_PICTURE = {"SE", "ECA", "CBAM", "BAM", "DANet position", "polarized", "external", "EMSA", "GRL", "CloAttention"}
ELSEWHERE = set(CONTROLS) | {"SE", "ECA", "DANet position", "DANet channel", "polarized", "external", "EMSA", "windows"}
AT_ONCE = {"EMSA", "CloAttention"}
EACH = {"far": {*WEIGHS_PLACES, "windows", "CoordAtt"}, "look-up": {*AT_ONCE, "CBAM", "BAM", "external", "GRL",
                                                                    "DANet channel"}}


def outside(means, task, arms, low, high):
    return {arm: round(of[task], 1) for arm, of in means.items()
            if arm in arms and not low - 0.5 <= round(of[task], 1) <= high + 0.5}


@pytest.mark.parametrize("task, arms, low, high, later", [
    ("local", set(MEANS), 96, 98, (96, 98)),
    ("what", {"nothing", "SE, no squeeze"}, 76, 77, (78, 79)),
    ("what", {"one more 3x3 conv", "windows"}, 86, 86, (88, 88)),
    ("what", WHOLE_PICTURE, 89, 93, (92, 95)),
    ("what", {"DANet channel"}, 79, 79, (91, 91)),
    ("where", {"CoordAtt"}, 100, 100, (100, 100)),
    ("where", ELSEWHERE, 24, 27, (24, 25)),
    ("where", {"CBAM"}, 45, 70, (80, 80)),
    ("where", {"CloAttention"}, 45, 70, (86, 86)),
    ("where", WEIGHS_PLACES - {"CBAM", "CloAttention"}, 45, 70, (49, 70)),
    ("far", EACH["far"], 99, 100, (100, 100)),
    ("far", {"DANet position"}, 35, 35, (40, 40)),
    ("far", {"ECA"}, 33, 33, (53, 53)),
    ("far", {"EMSA"}, 39, 39, (58, 58)),
    ("look-up", AT_ONCE, 100, 100, (100, 100)),
    ("look-up", EACH["look-up"], 64, 100, (99, 100)),
    ("look-up", {"nothing", "SE, no squeeze", "one more 3x3 conv", "windows"}, 34, 36, (34, 35)),
])
def test_a_sentence_of_the_page(task, arms, low, high, later):
    assert outside(MEANS, task, arms, low, high) == {}
    assert outside(LATER, task, arms, *later) == {}


def test_who_does_the_look_up_with_five_times_the_steps():
    assert {arm for arm, of in LATER.items() if of["look-up"] > 90} == EACH["look-up"]


def test_seeds_differ_most_where_a_module_is_slow():
    assert sorted(round(score) for score in FIGURES.scores(RUNS, "ECA", 5)["look-up"]) == [35, 100, 100]


def test_nobody_else_finds_out_where():
    assert [arm for means in (MEANS, LATER) for arm, of in means.items() if of["where"] > 90] == ["CoordAtt"] * 2


def test_no_module_wins_everywhere():
    best = [max(MEANS, key=lambda arm, task=task: MEANS[arm][task]) for task in MEANS["nothing"]]
    assert len(set(best)) > 1
    assert max(min(means.values()) for means in MEANS.values()) <= 52


def taken_apart(arm):
    return {task: statistics.fmean(found) for task, found in FIGURES.scores(RUNS, arm, 1).items()}


def test_what_cbam_looks_up_with_and_what_it_reaches_with():
    no_maximum, channels_alone = map(taken_apart, ("CBAM, no maximum", "CBAM, channels alone"))
    assert no_maximum["look-up"] < 38 and channels_alone["look-up"] > 99 and channels_alone["far"] < 38
    assert sorted(round(score) for score in FIGURES.scores(RUNS, "CBAM, no maximum", 5)["look-up"]) == [34, 35, 72]


def test_two_modules_together_do_all_five():
    assert 88.5 <= min(taken_apart("CoordAtt, DANet channel").values()) < 89.5


def test_the_whole_map_has_every_module():
    assert list(MEANS) == [*CONTROLS, *PLUGS]
