"""The long runs behind the pages' claims: a table that goes on where it stopped, and the tables that are there."""

import json
import runpy
from fractions import Fraction
from typing import Any

import pytest
from torch import Tensor

from autograder.lessons.course import COURSE, ROOT
from autograder.lessons.topics import topic
from solutions.shared import long_runs
from solutions.shared.long_runs import LongRuns, Row

EXPERIMENTS = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/experiment.py"))
PAGE = """\
# %%
from attention_lab.networks.training import compare_arms, train

# %% points=2
check(nothing)

# %%
arms = {"first": 1, "second": 2}


def run(arm, seed):
    epochs, rate = train(epochs=4, peak_rate=0.1)
    return {"score": 100 * arms[arm] + epochs, "rate": 1000 * rate}


results = compare_arms(arms, seeds=range(2), run=run)

# %%
raise AssertionError("this is behind the experiment")
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setattr(long_runs.training, "train", lambda *, epochs, peak_rate: (epochs, peak_rate))
    file = tmp_path / "page.py"
    file.write_text(PAGE, encoding="utf-8")
    return file


def test_the_pages_own_run_is_trained_for_longer_and_at_another_rate(page, tmp_path):
    runs = LongRuns(page)
    runs.fill(tmp_path / "table.md", "# A table", [(Row("first"), [0]), (Row("second", 5, Fraction(1, 4)), [0, 2])],
              runs.page["run"])
    text = (tmp_path / "table.md").read_text(encoding="utf-8")
    assert text.startswith("# A table\n\n| arm | steps | peak rate | seed 0 | seed 2 |\n")
    assert "| first | x 1 | x 1 | 104.0 / 100.0 |  |\n| second | x 5 | x 1/4 | 220.0 / 25.0 | 220.0 / 25.0 |\n" in text


def test_a_page_that_draws_its_longer_runs_has_their_first_scores_in_a_file(page, tmp_path):
    (tmp_path / "longer.json").touch()
    runs = LongRuns(page)
    rows = [(Row("second", 5), [0, 2]), (Row("second", 5, Fraction(3)), [0]), (Row("first"), [0])]
    runs.fill(tmp_path / "table.md", "", rows, runs.page["run"])
    assert json.loads((tmp_path / "longer.json").read_text(encoding="utf-8")) == {"second": [220.0, 220.0]}


def test_the_longer_runs_that_a_page_draws_are_those_of_its_table():
    folders = [topic(name).folder for name in EXPERIMENTS]
    drawing = [folder for folder in folders
               if any("=longer_runs" in file.read_text(encoding="utf-8")
                      for file in [folder / "page.py", *(COURSE / "attention_lab/lessons" / folder.name).glob("*.py")])]
    assert drawing == [folder for folder in folders if (folder / "longer.json").exists()] != []
    for folder in drawing:
        table = long_runs.read((folder / "experiment.md").read_text(encoding="utf-8"))
        assert (folder / "longer.json").read_text(encoding="utf-8") == long_runs.drawn(table), folder


def test_what_stands_in_the_table_is_not_run_again(page, tmp_path):
    runs, asked = LongRuns(page), []

    def run(arm, seed):
        asked.append((arm, seed))
        return 1.0

    runs.fill(tmp_path / "table.md", "", [(Row("first", 5), [0, 1])], run)
    runs.fill(tmp_path / "table.md", "", [(Row("first", 5), [0, 1, 2]), (Row("first", 5, Fraction(3)), [0])], run)
    assert asked == [("first", 0), ("first", 1), ("first", 2), ("first", 0)]


def test_a_page_that_compares_nothing_is_refused(page):
    page.write_text("# %%\nx = 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page.py never calls compare_arms"):
        LongRuns(page)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_table_of_a_lesson_has_what_its_script_asks_for(name):
    experiment = topic(name).module("experiment")
    text = (topic(name).folder / "experiment.md").read_text(encoding="utf-8")
    asked: dict = {}
    for row, seeds in experiment.ROWS:
        asked.setdefault(row, set()).update(seeds)
    assert {row: set(scores) for row, scores in long_runs.read(text).items()} == asked
    assert text.startswith(experiment.ABOUT)


def few(data: Any) -> Any:
    """The first pictures or answers of a training set."""
    return data[:16] if isinstance(data, Tensor) else tuple(map(few, data))


@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name != "capstone"])  # which trains in its own way
def test_every_arm_of_a_lesson_still_fits_its_page(name, monkeypatch):
    """Each arm of its script is trained for a moment, on a few pictures."""
    librarys, tried = long_runs.training.train, set()

    def for_a_moment(network, pictures, answers, *, epochs, **how):
        return librarys(network, few(pictures), few(answers), epochs=1, **how)

    def one_run_of_each(self, file, about, rows, run):
        for arm in dict.fromkeys(row.arm for row, _ in rows):
            long_runs.training.compare_arms([arm], [0], run)
            tried.add(arm)

    monkeypatch.setattr(long_runs.training, "train", for_a_moment)
    monkeypatch.setattr(LongRuns, "fill", one_run_of_each)
    runpy.run_module(f"solutions.{name}.experiment", run_name="__main__")
    assert tried == {row.arm for row, _ in topic(name).module("experiment").ROWS}
