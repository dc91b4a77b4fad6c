"""Every arm that a page names has been trained for longer, and at another rate: otherwise "cannot" may mean "not
yet"."""

import re

import pytest

from builder import build

ROW = re.compile(r"\| (.+?) \| x (\d+) \| x ([\d/]+) \|(.*)\|")
LONGER = 5
LESSONS = [lesson for lesson in build.lessons() if (build.topic(lesson.topic).folder / "experiment.md").exists()]


def runs(text):
    """How many runs a table has of each arm, by the factors of its steps and its rate."""
    found = {}
    for arm, steps, rate, scores in ROW.findall(text):
        found.setdefault(arm, {})[int(steps), rate] = sum(bool(score.strip()) for score in scores.split("|"))
    return found


def lacking(page, text):
    """Arms that a page names, as a key or in italics, with what their runs lack."""
    found = {}
    for arm, rows in runs(text).items():
        if f'"{arm}"' not in page and f"*{arm}*" not in page:
            continue
        longer = {rate for (steps, rate), count in rows.items() if steps >= LONGER and count}
        if len(longer) < 2:
            found[arm] = f"has {'no run' if not longer else 'runs at one rate only'} with {LONGER} times the steps"
    return found


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_arm_of_a_page_was_trained_for_longer_and_at_another_rate(lesson):
    folder = build.topic(lesson.topic).folder
    assert lacking(*((folder / name).read_text(encoding="utf-8") for name in ("page.py", "experiment.md"))) == {}


def test_what_is_lacking_is_named():
    table = "| plain | x 5 | x 1 | 50.0 | |\n| plain | x 5 | x 1/2 | 50.0 | |\n| ours | x 5 | x 1 | 90.0 | |\n"
    table += "| short | x 1 | x 1 | 70.0 | |\n| unnamed | x 1 | x 1 | 70.0 | |\n"
    assert lacking('arms = {"plain": 1, "ours": 2}\n# *short* is fast', table) == {
        "ours": "has runs at one rate only with 5 times the steps", "short": "has no run with 5 times the steps"}


def test_no_scale_of_a_network_with_a_mask_comes_near_the_one_that_lesson_08b_works_out():
    folder = build.topic("cosine").folder
    assert "No head comes near the scale at which -100 fails" in (folder / "page.py").read_text(encoding="utf-8")
    table = (folder / "experiment.md").read_text(encoding="utf-8")
    assert max(float(score.split("/")[4]) for arm, *_, scores in ROW.findall(table)
               if arm in ("one shifted", "both shifted") for score in scores.split("|") if score.strip()) < 42 / 2
