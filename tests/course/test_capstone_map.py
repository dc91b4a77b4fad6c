"""What the capstone's page and lab book say about its map is true of the recorded table."""

import statistics
from fractions import Fraction

import pytest

from attention_lab.lessons.capstone.adapters import CONTROLS, PLUGS
from autograder.lessons.topics import topic

FIGURES = topic("capstone").module("figures")
RUNS = FIGURES.table()
PAGE = "".join((FIGURES.HERE / name).read_text(encoding="utf-8") for name in ("page.py", "lab_book.md"))
NAMES = FIGURES.arms(RUNS)
AT_ONCE, LATER = ({arm: found(arm) for arm in NAMES} for found in (
    lambda arm: FIGURES.scores(RUNS, arm, 1), lambda arm: FIGURES.trained_longer(RUNS, arm)))
WITHOUT_REACH = {"nothing", "the wrapper alone", "SE, no squeeze", "SE", "ECA", "DANet position", "DANet channel",
                 "multi-head", "polarized", "external", "EMSA"}
REACHES = {"three more 3x3 convs", "CBAM", "BAM", "pyramid split", "windows", "GRL", "CloAttention", "SCConv",
           "CoordAtt"}


def longer(arm, task):
    """All fresh runs with five times the steps, at three rates."""
    return [score for rate in FIGURES.RATES for score in FIGURES.scores(RUNS, arm, FIGURES.LONGER, rate)[task]]


def solved(found, task):
    """Arms of which every run has solved a task."""
    return {arm for arm, of in found.items() if FIGURES.solving(of[task]) == 5}


def test_every_arm_has_five_fresh_runs_and_three_rates():
    assert NAMES == [*CONTROLS, *PLUGS]
    for arm in (*NAMES, "CBAM, no maximum", "CBAM, channels alone", "CoordAtt, DANet channel"):
        for task in FIGURES.TASKS:
            assert (len(FIGURES.scores(RUNS, arm, 1)[task]), len(longer(arm, task))) == (5, 15)


def test_the_rate_is_chosen_by_a_seed_that_is_not_shown():
    for arm in NAMES:
        for task, place in zip(FIGURES.TASKS, range(5)):
            first = {rate: float(RUNS[FIGURES.Row(arm, 5, rate)][0].split(" / ")[place]) for rate in FIGURES.RATES}
            assert first[FIGURES.screened(RUNS, arm, task)] == max(first.values())


def test_local_says_nothing_about_attention():
    means = [round(statistics.fmean(of["local"])) for found in (AT_ONCE, LATER) for of in found.values()]
    assert (min(means), max(means)) == (96, 98) and "Every module scores 96 to 98 %" in PAGE


def test_far_is_solved_by_all_that_see_far_enough_and_by_nobody_else():
    assert solved(AT_ONCE, "far") == solved(LATER, "far") == REACHES
    best = max(score for arm in WITHOUT_REACH for score in (*longer(arm, "far"), *AT_ONCE[arm]["far"]))
    assert 36 < best < 37.5 and "stay at or below 37 % in all their runs, at all three rates" in PAGE
    assert {round(statistics.fmean(AT_ONCE["one more 3x3 conv"]["far"])),
            round(statistics.fmean(longer("one more 3x3 conv", "far")))} <= {38, 39}


def test_only_coordinates_find_out_where_in_every_run():
    assert solved(AT_ONCE, "where") == solved(LATER, "where") == {"CoordAtt"}
    assert {arm for arm in NAMES if FIGURES.solving(longer(arm, "where"))} == {"CoordAtt", "CloAttention"}


def test_the_mean_helps_with_what():
    assert {round(statistics.fmean(AT_ONCE[arm]["what"])) for arm in ("nothing", "the wrapper alone", "SE, no squeeze")
            } <= {76, 77}
    assert solved(AT_ONCE, "what") >= {"SE"} and not FIGURES.solving(longer("SE, no squeeze", "what"))


def test_what_the_plain_convolutions_can_and_cannot_do():
    convolutions = LATER["three more 3x3 convs"]
    assert FIGURES.solving(convolutions["what"]) == 5 and 90 <= statistics.fmean(convolutions["what"]) < 90.5
    best = max(score for arm in ("one more 3x3 conv", "three more 3x3 convs") for task in ("look-up", "where")
               for score in longer(arm, task))
    assert best < 47 and "none reached 47 %" in PAGE
    assert all(abs(statistics.fmean(of["the wrapper alone"][task]) - statistics.fmean(of["nothing"][task])) < 1
               for of in (AT_ONCE, LATER) for task in FIGURES.TASKS)


def test_what_cbam_looks_up_with_and_what_it_reaches_with():
    at_once, *_ = [FIGURES.scores(RUNS, "CBAM, no maximum", 1)["look-up"]]
    assert (round(min(at_once)), round(max(at_once))) == (34, 37) and "(34 to 37 %)" in PAGE
    *others, best = sorted(longer("CBAM, no maximum", "look-up"))
    assert (round(best), round(others[0]), round(others[-1])) == (99, 33, 90)
    assert "for five times as many steps, in fifteen runs at three learning rates.\n" in PAGE
    assert "One of these runs scored 99 %, and the others lay anywhere between 33 and 90 %." in PAGE
    assert min(FIGURES.scores(RUNS, "ECA", 5)["look-up"]) > 99.5
    assert FIGURES.solving(FIGURES.scores(RUNS, "CBAM, channels alone", 1)["far"]) == 0


def test_how_slow_se_is_at_the_look_up():
    assert max(AT_ONCE["SE"]["look-up"]) < 37
    assert FIGURES.screened(RUNS, "SE", "look-up") == Fraction(1, 2) and FIGURES.solving(LATER["SE"]["look-up"]) == 3


def test_two_modules_together_do_all_five_later():
    found = FIGURES.trained_longer(RUNS, "CoordAtt, DANet channel")
    assert [FIGURES.solving(of) for of in found.values()] == [5] * 5


def test_no_module_wins_everywhere():
    best = [max(NAMES, key=lambda arm, task=task: statistics.fmean(LATER[arm][task])) for task in FIGURES.TASKS]
    assert len(set(best)) > 1
    assert not set.intersection(*(solved(LATER, task) for task in FIGURES.TASKS))


@pytest.mark.parametrize("found, said", [
    ([100.0] * 5, "100"), ([34.0, 35.0, 34.0, 36.0, 34.0], "35"), ([34.0, 97.0, 34.0, 96.0, 34.0], "2 of 5"),
    ([89.0, 91.0, 90.0, 89.5, 90.5], "90"),
])
def test_a_cell_says_how_many_have_solved_a_task_where_a_mean_would_describe_no_run(found, said):
    assert FIGURES.score_of(found) == said
