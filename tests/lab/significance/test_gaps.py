"""Whether an arm is ahead by more than luck: alone, and on a table of several comparisons."""

import math
import re

import pytest

from attention_lab.networks.training import Results
from attention_lab.significance.gaps import Gaps, compared

SCORES = {"control": (50.0, 51.0, 52.0), "ahead": (70.0, 71.0, 72.0), "slightly": (54.0, 55.0, 56.0),
          "by luck": (50.0, 99.0, 98.0),
          "barely": (59.0, 61.5, 64.0)}


def results(**more):
    scores = {**SCORES, **more}
    return Results(tuple(scores), (0, 1, 2), {(arm, seed): {"right": score} for arm, given in scores.items()
                                              for seed, score in enumerate(given)})


def shown(found, *pairs, matters=5):
    """What a reader sees of each comparison, as text and as a table."""
    gaps = Gaps(found, pairs, matters, "points")
    lines = repr(gaps).split("\n")
    cells = [re.findall(r"<td[^>]*>(?:<b>)?(.*?)(?:</b>)?</td>", row) for row in gaps._repr_html_().split("<tr>")[2:]]
    assert [f"{name}: {gap} points, {said}" for name, gap, said in cells] == lines
    return lines


@pytest.mark.parametrize(("arm", "said"), [
    ("ahead", "+20.0 (+17.7 to +22.3) points, more than luck"),
    ("slightly", "+4.0 (+1.7 to +6.3) points, too little to matter"),
    ("by luck", "+31.3 (−38.1 to +100.8) points, may be luck"),
    ("control", "+0.0 (−2.3 to +2.3) points, no gap that matters"),
])
def test_a_gap_is_luck_or_not_and_matters_or_not(arm, said):
    assert shown(results(), (arm, "control")) == [f"{arm} against control: {said}"]
    assert shown(results(), (arm, "control", "right")) == [f"right: {arm} against control: {said}"]


def test_the_more_is_compared_the_more_it_takes():
    assert shown(results(), ("barely", "control"))[0].endswith("more than luck")
    assert all(line.endswith("may be luck") for line in shown(results(), *[("barely", "control")] * 8))


def test_the_intervals_are_corrected_as_the_verdicts_are():
    near, *_ = shown(results(near=(53.0, 54.5, 56.0)), ("near", "control"), matters=3)
    assert "(+0.4 to +6.6) points, more than luck" in near
    near, *_ = shown(results(near=(53.0, 54.5, 56.0)), ("near", "control"), ("control", "control"),
                     ("by luck", "control"), matters=3)
    assert near == "near against control: +3.5 (−1.0 to +8.0) points, may be luck"


def test_an_arm_that_has_not_run_has_no_gap():
    """An interrupted experiment is shown, too."""
    line, = shown(results(late=()), ("late", "control"))
    assert line == "late against control: – points, no run of one arm finished"


def test_one_run_tells_nothing():
    difference, = compared(results(single=(99.0,)), [("single", "control", "right")])
    assert difference.gap == 48 and difference.p == 1 and math.isnan(difference.interval[0])
    assert shown(results(single=(99.0,)), ("single", "control")) == [
        "single against control: +48.0 points, too few runs to tell"]


def test_names_that_there_are_not():
    with pytest.raises(KeyError, match="no arm is called 'nobody'"):
        compared(results(), [("nobody", "control")])
    with pytest.raises(KeyError, match="nothing was measured as 'wrong'"):
        compared(results(), [("ahead", "control", "wrong")])
