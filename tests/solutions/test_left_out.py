"""What the lab books quote of the runs in which each photograph and each form was left out in turn: it is what
solutions/shared/left_out.md says, and its table what the runs in left_out.jsonl say."""

import json
from statistics import fmean

import pytest

from autograder.lessons.course import ROOT
from autograder.lessons.topics import topic
from solutions.shared.digit_net import WIDTHS
from solutions.shared.real import makers

TABLES = (ROOT / "solutions/shared/left_out.md").read_text(encoding="utf-8").splitlines()
# (task, arm, number of the photograph, of the group of forms, seed, steps, rate), and the scores on the way
RUNS = [json.loads(line) for line in (ROOT / "solutions/shared/left_out.jsonl").read_text("utf-8").splitlines()]
CONVOLUTION, THREE, DILATED = "one more 3x3 conv", "three more 3x3 convs", "dilated 3x3 conv"


def cells(task):
    """The lines of both tables about a task."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLES if line.startswith(f"| {task} |")]


def scores(task, arm, steps=1000, rate=0.005):
    """The score of each run at its end."""
    return [curve[-1] for (*of, steps_of, rate_of), curve in RUNS
            if of[:2] == [task, arm] and (steps_of, rate_of) == (steps, rate)]


def mean(*of):
    return fmean(scores(*of))


def gap(task, arms, steps="1,000"):
    """How far two arms are apart, the interval of that gap, and p."""
    line, = (line for line in cells(task) if line[1:4] == [arms, steps, "0.005"])
    return float(line[5]), [float(end) for end in line[6].split(" to ")], float(line[7])


def said(name):
    """What the page and the lab book of a topic say."""
    folder = topic(name).folder
    text = "".join((folder / file).read_text(encoding="utf-8") for file in ("page.py", "lab_book.md"))
    return " ".join(text.replace("\n# ", "\n").split())


def span(interval):
    return " to ".join(f"{end:.1f}" for end in interval)


@pytest.mark.parametrize("task", ["framed", "paired", "frame far away"])
def test_the_table_says_what_the_runs_say(task):
    lines = [line for line in cells(task) if "(" in line[4]]
    assert sum(len(scores(task, arm, int(steps.replace(",", "")), float(rate)))
               for _, arm, steps, rate, *_ in lines) == sum(run[0] == task for run, _ in RUNS)
    for _, arm, steps, rate, *found in lines:
        runs = [[curve[-1] for of, curve in RUNS if of[:3] == [task, arm, photograph] and f"{of[5]:,}" == steps
                 and of[6] == float(rate)] for photograph in range(len(found))]
        assert found == [f"{fmean(each):.1f} ({len(each)})" for each in runs]


@pytest.mark.parametrize("lesson, arm", [("se", "SE"), ("eca", "ECA"), ("cbam", "CBAM")])
def test_the_lab_books_quote_the_means_of_36_runs(lesson, arm):
    text, (far, (low, high), p) = said(lesson), gap("framed", f"{arm} - {CONVOLUTION}")
    assert "Each of 36 runs trained without one group and one photograph" in text
    assert len(scores("framed", arm)) == len(scores("framed", CONVOLUTION)) == 36
    assert (f"{mean('framed', arm):.1f} %" in text and f"{mean('framed', CONVOLUTION):.1f} %" in text
            or f"came to {far:.1f} points, from {low:.1f} to +{high:.1f}" in text)
    assert p == 1 and " tie" in text


def test_lesson_e1_quotes_the_lead_of_scconv():
    text, (_, interval, _) = said("scnet"), gap("framed", f"SCConv - {CONVOLUTION}")
    assert f"`SCConv` scores {mean('framed', 'SCConv'):.1f} % on average, and one convolution " \
           f"{mean('framed', CONVOLUTION):.1f} %; the interval of this gap is {span(interval)} points." in text
    far, interval, _ = gap("framed", f"SCConv - {THREE}")
    ours, theirs = (sum(each.numel() for width in WIDTHS for each in makers()[arm](width).parameters())
                    for arm in ("SCConv", THREE))
    assert ours == theirs
    assert f"as many parameters as `SCConv`, and they score {mean('framed', THREE):.1f} %." in text
    assert f"{far:.1f} points" in text and span(interval) in text


def test_lesson_e1_quotes_what_is_left_of_the_lead_after_five_times_the_steps():
    text, (far, interval, _) = said("scnet"), gap("framed", f"SCConv - {CONVOLUTION}", "5,000")
    ours, theirs = (mean("framed", arm, 5000) for arm in ("SCConv", CONVOLUTION))
    assert len(scores("framed", "SCConv", 5000)) == len(scores("framed", CONVOLUTION, 5000)) == 18
    assert f"the network scores {ours:.1f} % with `SCConv`, and {theirs:.1f} % with the single convolution (means of " \
           "eighteen runs)." in text
    assert f"The gap is {far:.1f} points, and its interval {span(interval)} points" in text


def test_lesson_06a_quotes_the_lead_of_the_convolution():
    text, (far, interval, _) = said("pyramid_split"), gap("framed", f"pyramid split - {CONVOLUTION}")
    assert f"{-far:.1f} points" in text and span([-end for end in reversed(interval)]) in text


def test_where_the_frame_is_far_away_lesson_01_says_who_sees_it():
    text, squeezed = said("se"), scores("frame far away", "SE")
    blind = [score for arm in (CONVOLUTION, DILATED) for score in scores("frame far away", arm)]
    assert len(squeezed) == 6 and "Each network was trained six times" in text
    assert f"no better than that ({min(blind):.0f} to {max(blind):.0f} %), even if the convolution is dilated, as in " \
           f"lesson 04. With SE it scores {min(squeezed):.0f} to {max(squeezed):.0f} %." in text


def test_lesson_e3_quotes_the_controls_that_lack_one_thing():
    text, mask, cross = said("catnet"), "own picture with mask", "cross without mask"
    assert f"*CMAT* scores {mean('paired', 'CMAT'):.0f} % on average, *{mask}* {mean('paired', mask):.0f} %, and " \
           f"*{cross}* {mean('paired', cross):.0f} %." in text
    far, interval, _ = gap("paired", f"{cross} - CMAT")
    assert f"is {far:.1f} points, and its 95 % confidence interval is {span(interval)}." in text
    far, interval, _ = gap("paired", f"{mask} - CMAT")
    assert f"the gap is {-far:.1f} points, and its interval is {span([-end for end in reversed(interval)])}." in text
