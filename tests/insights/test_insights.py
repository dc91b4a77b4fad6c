"""What the verdicts of a class add up to: who is counted as what, and what is said of it to whom."""

import csv
import json
import re
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.classroom.each import Each
from autograder.classroom.feedback.student_page import prose
from autograder.insights import table
from autograder.insights.class_page import histogram, page
from autograder.insights.graded_work import answers_in
from autograder.insights.insights import insights
from autograder.insights.items import items
from autograder.insights.mistakes import LIMIT, NAMED, NOTHING, OPEN, PACKAGE, SOLVED, UNNAMED, Answer
from tests.browser.readable import VIEWS, axe_core, chromium, violations
from tests.classroom.pupils import PWN
from tests.classroom.pupils import SOLVED as ANSWERS

from .graded import POINTS, SE, Class, named, wrong

pytestmark = pytest.mark.quick

MAXIMUM = "Your squeeze takes the largest value of each channel. SE takes the mean."
MAX_CODE = "# by Ada Byron\ndef squeeze(x):\n    '''Ada's'''\n    return x.amax(dim=(2, 3))  # mine, Ada\n"
DAY = date(2026, 11, 23)


@pytest.fixture
def group(tmp_path):
    return Class(tmp_path)


def found(group, names=False):
    return insights(group.coursedir, SE, names, Each())


def text(html):
    return re.sub(r"\s+", " ", BeautifulSoup(html, "html.parser").get_text(" "))


def test_a_mistake_is_counted_once_for_everybody_who_made_it(group):
    for student in ("ann", "bob", "cy"):
        group.add(student, named("squeeze", "squeeze-maximum", MAXIMUM), answers={"squeeze": MAX_CODE})
    group.add("dot", named("Excitation", "excitation-no-relu", "Between them, `fc1` and `fc2` need a ReLU.", 1.5))
    group.add("eve")
    mistakes = found(group).named
    assert [(m.group.exercise, m.group.students, m.group.lost) for m in mistakes] == [
        ("squeeze", ["ann", "bob", "cy"], 6.0), ("Excitation", ["dot"], 1.5)]
    assert [m.group.sentence for m in found(group).shared] == [MAXIMUM]
    assert [m.group.sentence for m in found(group).single] == ["Between them, `fc1` and `fc2` need a ReLU."]
    shown = text(page(found(group), False, DAY))
    assert f"{MAXIMUM} Code of a student, the shortest of 3" in shown and "6 points lost by 3 of 5 students" in shown
    assert "2 of 5 students" in shown and "70 % of 3 points" not in shown and "90 % of 3 points" in shown


def test_entries_of_the_catalogue_with_one_sentence_are_one_mistake(group):
    sentence = "Your squeeze averages over only one of the two spatial axes. Average over both, H and W."
    group.add("ann", named("squeeze", "squeeze-one-axis", sentence))
    group.add("bob", named("squeeze", "squeeze-one-axis-width", sentence))
    (only,) = found(group).named
    assert only.group.mistakes == ["squeeze-one-axis", "squeeze-one-axis-width"] and only.group.students == [
        "ann",
        "bob",
    ]


def test_of_few_the_catalogue_s_code_is_shown_and_of_many_theirs_without_their_names(group):
    for student in ("ann", "bob"):
        group.add(student, named("squeeze", "squeeze-maximum", MAXIMUM), answers={"squeeze": MAX_CODE})
    (few,) = found(group).shared
    assert not few.theirs and "x.amax(dim=(2, 3))" in few.code and "ValueError" in few.code
    group.add("cy", named("squeeze", "squeeze-maximum", MAXIMUM), answers={"squeeze": MAX_CODE})
    (many,) = found(group).shared
    assert many.theirs and many.code == "def squeeze(x):\n    return x.amax(dim=(2, 3))"
    for names in (False, True):
        assert "Ada" not in page(found(group), names, DAY)


def begins(number, name, where="`fc1` differs first, by at most 0.25", checks="Wrong with one image; an odd size."):
    return wrong("Excitation", f"Output: wrong by {number}. Your `forward` says '{name}'.", 0.5, where=[where],
                 cases=["Wrong on 2 of 20 cases", checks])


def test_unnamed_answers_stand_together_where_they_first_differ(group):
    group.add("ann", begins("0.37", "gate"))
    group.add("bob", begins("-1.2e-05", "my_gate", "`fc1` differs first, by at most 0.5"))
    group.add("cy", begins("0.37", "gate", where="`fc2` differs first, by at most 0.25"))
    group.add("dot", begins("0.37", "gate", checks="Wrong with three images; a row."))
    assert sorted(each.group.students for each in found(group).unnamed) == [["ann", "bob"], ["cy"], ["dot"]]
    assert found(group).named == [] and found(group).shared[0].group.students == ["ann", "bob"]


@pytest.mark.parametrize("verdict, result, kind", [
    (wrong("squeeze", "Your code did not come to an end: more than 10 seconds.", outcome="timeout"), {}, LIMIT),
    (wrong("squeeze", "Your code used more than it may: 64 MiB of files.", outcome="error"), {}, LIMIT),
    (wrong("squeeze", "RuntimeError when it was called: DefaultCPUAllocator: can't allocate memory", outcome="error"),
     {}, LIMIT),
    (wrong("squeeze", "Your code stops with an error: ModuleNotFoundError: No module named 'einops'", outcome="error"),
     {"missing_modules": ["einops"]}, PACKAGE),
    (wrong("squeeze", "NameError: name 'reduce' is not defined", outcome="error",
           notes=["The import in code cell 7 failed: the grading machine has no module `einops`."]),
     {"missing_modules": ["einops"]}, PACKAGE),
    (wrong("squeeze", "Your code stops with an error: ModuleNotFoundError: No module named 'torhc'", outcome="error"),
     {}, UNNAMED),
    (Verdict("squeeze", 0, 2, [], "Not implemented yet.", started=False), {}, OPEN),
    (wrong("squeeze", "No cell defines `squeeze`: the exercise's cell is missing, or defines another name."), {},
     NOTHING),
    (wrong("squeeze", "The cell that defines `squeeze` can't be read: this machine grades with Python 3.11.",
           outcome="error"), {}, NOTHING),
    (wrong("squeeze", "Output: wrong."), {"unsettled": {"squeeze": "the machine was busy"}}, NOTHING),
    (named("squeeze", "squeeze-maximum", MAXIMUM, 1.0), {}, NAMED), (wrong("squeeze", "Output: wrong."), {}, UNNAMED),
    (Verdict("squeeze", 2, 2, [], "Output equals."), {"missing_modules": ["einops"]}, SOLVED)])
def test_what_became_of_an_answer(group, verdict, result, kind):
    group.add("ann", verdict, **result)
    known = found(group)
    assert known.answers["squeeze"][0].kind == kind
    assert bool(known.limits) == (kind == LIMIT) and bool(known.single) == (kind in (NAMED, UNNAMED))
    assert known.packages == ({"einops": ["ann"]} if "missing_modules" in result else {})
    assert ("Praise them" in text(page(known, False, DAY))) == (kind == SOLVED)


def test_what_is_built_on_a_wrong_exercise_is_not_taken_for_a_mistake_of_its_own(group):
    numbers, crash = wrong("SEBlock", "Output: 160 numbers differ."), wrong("SEBlock", "Your code stops.",
                                                                            outcome="error")
    max_ = named("squeeze", "squeeze-maximum", MAXIMUM)
    group.add("ann", max_, numbers)
    group.add("bob", max_, crash)
    group.add("cy", max_, replace(numbers, points=1.0, notes=["Judged with the course's own `squeeze`, because yours "
                                                              "lost points."]))
    group.add("dot", numbers)
    group.add("fay", wrong("squeeze", "Your code stops.", outcome="error"), crash)
    # its numbers are right
    group.add("eve", replace(max_, checks=[Check("output", "passed"), Check("errors", "failed")]), numbers)
    assert [(each.group.exercise, each.group.students) for each in found(group).unnamed] == [
        ("squeeze", ["fay"]), ("SEBlock", ["cy", "dot", "eve"]), ("SEBlock", ["bob"])]
    assert "Not listed: 2 wrong answers to SEBlock." in text(page(found(group), False, DAY))


def test_an_exercise_that_was_not_reached_and_a_missing_package_are_told(group):
    group.add("ann", wrong("SEBlock", "This exercise was not reached: the time was spent by `squeeze`.",
                           outcome="timeout"),
              not_reached={"SEBlock": "the time was spent by `squeeze`"})
    group.add("bob", missing_modules=["einops", "google", "my_layers", "timm"])
    shown = text(page(found(group), True, DAY))
    assert "Not reached, because earlier exercises had used up the notebook's time: SEBlock (1 student: ann)." in shown
    assert "einops 1 student bob" in shown and "timm 1 student bob" in shown and "google" not in shown
    assert "files of the students' own, which are not handed in: my_layers (1 student: bob)." in shown


def test_what_many_got_wrong_comes_before_what_cost_one_student_dearly(group):
    for i in range(6):
        group.add(f"s{i}", named("Excitation", "excitation-no-error", "Raise a ValueError.", 2.75))
    for student in ("ann", "bob"):
        group.add(student, named("squeeze", "squeeze-maximum", MAXIMUM, 1.0))
    group.add("cy", wrong("SEBlock", "Your code stops with an error.", outcome="error"))
    known = found(group)
    # 6 x 1.5 and 2 x 2; SEBlock cost 4
    assert [exhibit.group.exercise for exhibit in known.shared] == ["Excitation", "squeeze"]
    assert [exhibit.group.exercise for exhibit in known.single] == ["SEBlock"]
    tree = BeautifulSoup(page(known, False, DAY), "html.parser")
    assert tree.find(id="next").get_text() == "Talk about this next time"
    fold = tree.find(string=re.compile("Mistakes of one student each")).find_parent("details")
    assert "SEBlock" in fold.get_text() and not fold.has_attr("open")


def test_a_cell_that_was_cut_off_is_told_although_it_cost_nothing(group):
    group.add("ann", cut_off=["the cell that begins with `while True:`"])
    group.add("bob")
    shown = text(page(found(group), True, DAY))
    assert (
        "In 1 notebook, a cell computed for too long and was stopped." in shown and "with the other cells. ann" in shown
    )
    assert "Nobody ran out of time" not in shown


def test_difficulty_and_discrimination(group):
    for i in range(10):  # squeeze is lost by those who lose SEBlock too; se_parameter_cost by the others
        weak = i < 5
        group.add(f"s{i}", *([wrong("squeeze", "No."), wrong("SEBlock", "No.", 1.0)]
                             if weak else [wrong("se_parameter_cost", "No.")]))
    items = {item.exercise: item for item in found(group).items}
    assert (items["squeeze"].share, items["squeeze"].solved, items["Excitation"].share) == (0.5, 5, 1.0)
    assert items["SEBlock"].share == (5 * 1 + 5 * 4) / 40
    assert items["squeeze"].discrimination == pytest.approx(1) and items[
        "se_parameter_cost"
    ].discrimination == pytest.approx(-1)
    assert items["Excitation"].discrimination is None and "nothing to do" in items["Excitation"].advice
    assert "did no better here" in items["se_parameter_cost"].advice
    shown = text(page(found(group), False, DAY))
    assert "+1.00 (of −1 to 1)" in shown and "cannot be told" in shown and "50 % of 2 points" in shown


def test_of_a_handful_no_correlation_is_told(group):
    for i in range(9):
        group.add(f"s{i}", *([wrong("squeeze", "No."), wrong("SEBlock", "No.")] if i < 5 else []))
    assert {item.discrimination for item in found(group).items} == {None}


def test_what_can_t_be_counted_is_said(group):
    group.add("ann")
    group.add("bob", unreadable=True)
    group.write("cy", {"autograder": {"digest": "of another version"}}, ANSWERS)
    group.write("dot", {"autograder": {"result": json.dumps({"verdicts": {}, "lesson": "01_se"})}}, ANSWERS)
    known = found(group)
    assert [work.student for work in known.graded.works] == ["ann"]
    assert (known.graded.unreadable, known.graded.unkept) == (["bob"], ["cy", "dot"])
    assert "1 file that could not be read" in text(page(known, False, DAY))
    assert "2 submissions whose verdicts were not kept (cy, dot); autograder grade 01_se --force keeps them" in text(
        page(known, True, DAY)
    )


def test_without_verdicts_the_command_to_run_is_named(group):
    with pytest.raises(ValueError, match="no verdicts on 01_se are kept in .*run `.venv/bin/autograder grade "
                                         "01_se` first"):
        found(group)
    group.write("cy", {}, ANSWERS)
    with pytest.raises(ValueError, match=r"1 notebook there without any\): run `.venv/bin/autograder grade 01_se "
                                         r"--force` first"):
        found(group)


def test_where_no_work_can_be_counted_the_command_to_run_is_named_too(group):
    group.add("ann", replace(wrong("squeeze", "Output: wrong."), headline=7))
    each = Each()
    with pytest.raises(ValueError, match="autograder grade 01_se --force"):
        insights(group.coursedir, SE, False, each)
    assert list(each.failed) == ["ann"]


def test_nobody_is_named_unless_asked_and_nothing_of_theirs_runs(group):
    bad = f"<script>{PWN}</script>"
    for student in ("zeta <b>", "yota", "xi"):
        group.add(student, wrong("squeeze", f"RuntimeError: {bad} `</code>{bad}` \x1b[31m", outcome="error",
                                 where=[f"`{bad}` differs first"]),
                  answers={"squeeze": f"def squeeze(x):\n    raise RuntimeError('''{bad}''')\n"},
                  missing_modules=["einops"])
    quiet, loud = (page(found(group, names), names, DAY) for names in (False, True))
    assert not re.search("zeta|yota|\\bxi\\b", quiet) and all(name in text(loud) for name in ("zeta <b>", "yota", "xi"))
    for html in (quiet, loud):
        tree = BeautifulSoup(html, "html.parser")
        assert not tree.find_all(["script", "b"], string=re.compile("pwned|zeta")) and "\x1b" not in html
        # one file, nothing to load
        assert not tree.find_all(["script", "link", "img", "iframe"]) and "http" not in html
    assert bad in text(loud) and PWN not in quiet and "RuntimeError" in text(quiet)


TOLD = ("Your code stops with an error: FileNotFoundError when it was called: [Errno 2] No such file or directory: "
        "'/home/ada.byron.40213/cache.txt'\nin your line: open('/home/ada.byron.40213')")


@pytest.mark.parametrize("headline, answer", [
    (TOLD, "def squeeze(x):\n    with open('/home/ada.byron.40213/cache.txt') as f:\n        f.read()\n"),
    ("Output: the shape is wrong.", "def squeeze(x):\n    # by Ada Byron\n    import byron_tools\n"
     "    author_ada_byron = f'{x} ada.byron.40213'\n    return x.byron(ada=author_ada_byron)\n"),
    ("Your code stops with an error: ByronError in its cell: http://byron.org", "class ByronError(Exception):\n  1"),
    ("The parameters are not the ones that the exercise asks for. Not expected: `byron.weight`.", "byron = = 1 # ada"),
    ("Output: expected a tensor, got a dict with Ada Byron, 0170 1234567.", "def squeeze(x):\n    return {'byron': x}"),
    ("Output: expected a tensor, got an object of type AdaByron. Not expected: `a`Ada Byron` (2,).", "byron = 1"),
    ("Output: a text 'ada byron'.", "def squeeze(byron: 'ada', *, ada=b'byron'):\n    global byron2\n    del byron2\n"),
])
def test_the_page_for_the_class_has_no_words_of_a_student(group, tmp_path, headline, answer):
    for student in ("ann", "bob", "cy"):
        group.add(student, wrong("squeeze", headline, outcome="error", where=["`byron` differs first"]),
                  answers={"squeeze": answer}, missing_modules=["byron_tools"])
    table.write(found(group), False, tmp_path / "table.csv")
    quiet = page(found(group), False, DAY) + (tmp_path / "table.csv").read_text()
    assert not re.search("ada|byron|http|0170", quiet, re.IGNORECASE)
    assert re.search("byron", page(found(group, True), True, DAY), re.IGNORECASE)


@pytest.mark.nightly  # a browser
def test_the_page_can_be_read_by_everyone(group, tmp_path):
    """With its folds open, in which wide code stands, on a wide screen and a phone, in light and dark."""
    wide = "def squeeze(x):\n    return " + " + ".join(f"x[:, :, {i}, {i}]" for i in range(40)) + "\n"
    for student in ("ann", "bob", "cy"):
        group.add(student, named("squeeze", "squeeze-maximum", MAXIMUM), answers={"squeeze": wide})
    group.add("eve", wrong("SEBlock", "The output is not right."), answers={"SEBlock": wide.replace("squeeze", "S")})
    path = tmp_path / "page.html"
    path.write_text(page(found(group), True, DAY), encoding="utf-8")
    (tmp_path / "axe").mkdir()
    axe = axe_core(tmp_path / "axe")
    with chromium(tmp_path / "profile") as browser:
        assert {view: bad for view in VIEWS if (bad := violations(browser, axe, path, *view))} == {}


def test_a_backquote_of_a_learner_s_own_opens_no_code():
    assert prose("a `b` <c>") == "a <code>b</code> &lt;c&gt;" and prose("a ` b") == "a ` b"


def test_the_columns_of_the_histogram_hold_everybody_once():
    bins = histogram([0, 0.95, 1, 9.99, 10, 10], 10)
    assert bins[:2] == [("0 to 1", 2), ("1 to 2", 1)] and bins[-2:] == [("9 to 10", 1), ("10", 2)] and len(bins) == 11
    assert sum(students for _, students in histogram([0.5 * i for i in range(74)], 36.5)) == 74
    assert histogram([36.5], 36.5)[-2:] == [("36 to 36.5", 0), ("36.5", 1)]


def test_the_table_has_a_row_for_each_answer_and_names_nobody(group, tmp_path):
    group.add("ann", named("squeeze", "squeeze-maximum", MAXIMUM, 0.5), missing_modules=["einops", "helper"])
    group.add("bob", wrong("SEBlock", "=sum(1)"))

    def rows(names):
        table.write(found(group), names, tmp_path / "table.csv")
        with open(tmp_path / "table.csv", newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    assert len(rows(True)) == 2 * len(POINTS) and {row["student"] for row in rows(True)} == {"ann", "bob"}
    ann = next(row for row in rows(True) if row["student"] == "ann" and row["exercise"] == "squeeze")
    assert ann == {"student": "ann", "exercise": "squeeze", "points": "0.5", "max_points": "2.0", "outcome": "named",
                   "mistake": "squeeze-maximum", "group": "1", "sentence": MAXIMUM, "missing_packages": "einops"}
    assert {row["student"] for row in rows(False)} == {"1", "2"}
    assert [row["sentence"] for row in rows(False) if row["group"] == "2"] == ["'=sum(1)"]


def test_256_verdicts_take_less_than_two_seconds(group):
    for i in range(256):
        group.add(f"s{i:03d}", wrong("squeeze", f"Output: wrong by {i}.", where=[f"`layer{i % 40}` differs first"]),
                  answers={"squeeze": f"def squeeze(x):\n    a{i} = x.mean(dim=(2, 3))\n    return a{i} * {i % 40}\n"})
    began = time.process_time()
    html = page(found(group), False, DAY)
    assert time.process_time() - began < 2
    assert "256 students judged" in text(html) and len(found(group).unnamed) == 40


def test_an_exercise_is_compared_with_the_rest_of_the_lesson():
    """Its points go against the others' here; with its own points counted in, it would seem to tell who knows from
    who does not."""
    def answers(name, most, points):
        return [Answer(str(i), Verdict(name, each, most, [], ""), SOLVED if each == most else NAMED, "")
                for i, each in enumerate(points)]

    against, rest = items({"SEBlock": answers("SEBlock", 4.0, [4.0, 0.0] * 6),
                           "squeeze": answers("squeeze", 1.0, [0.0, 1.0] * 6)})
    assert against.discrimination == pytest.approx(-1) and rest.discrimination == pytest.approx(-1)
    assert "is the text of the exercise clear?" in against.advice


HOSTILE = {
    "elifs": "if n == 0:\n    pass\n" + "".join(f"elif n == {i}:\n    pass\n" for i in range(300)),
    "sum": "n = 0" + "+0" * 1500,
    "parentheses": "n = " + "(" * 1_000_000, "some parentheses": "n = " + "(" * 9_000 + ")" * 9_000,
    "minus": "n = " + "-" * 19_000 + "1",
    "null": "n = '\0'\0", "digits": "n = 0x" + "f" * 15_000, "lambdas": "n = " + "lambda: " * 2_000 + "1",
    "surrogate": "n = '\ud800'",
    "attributes": "n = a" + ".a" * 9_000, "f-string": "n = " + "f'{" * 60 + "1" + "}'" * 60, "wrong": "n = = 1",
    "steering": "n = '\x1b]0;pwned\x07' = '\\\x1b'"}


def test_no_answer_ends_the_page_of_a_class(group, capfd):
    for student, code in HOSTILE.items():
        answer = f"def squeeze(x):\n    return x.amax((2, 3))\n{code}\n"
        group.add(student, named("squeeze", "squeeze-maximum", MAXIMUM), answers={"squeeze": answer})
    group.add("ada", named("squeeze", "squeeze-maximum", MAXIMUM), answers={"squeeze": MAX_CODE})
    made = found(group)
    shown = page(made, False, DAY)
    shown.encode()
    table.write(made, True, Path(group.coursedir.root, "table.csv"))
    assert "\x1b" not in capfd.readouterr().err + shown


def test_an_answer_that_stands_there_thousands_of_times_is_looked_at_once():
    source = "def squeeze(x): 0\n" * 20_000 + ANSWERS["squeeze"]
    began = time.process_time()
    assert answers_in({"cells": [{"cell_type": "code", "source": source}]}, SE) == {"squeeze": source}
    assert time.process_time() - began < 5


def test_an_exercise_that_does_not_count_is_left_out_and_the_others_weigh(group):
    group.add("ann", named("squeeze", "squeeze-maximum", MAXIMUM), answers={"squeeze": MAX_CODE})
    group.add("bob", named("Excitation", "excitation-no-relu", "It needs a ReLU.", 1.5))
    rules = Path(group.coursedir.root) / "work/course.toml"
    rules.parent.mkdir(exist_ok=True)
    rules.write_text('[exercises.01_se]\nsqueeze = 0\nExcitation = 2\nse_parameter_cost = "bonus"')
    seen = found(group)
    assert [(m.group.exercise, m.group.lost) for m in seen.named] == [("Excitation", 3.0)]
    assert (seen.max_points, seen.totals) == (11, [12, 9]) and "squeeze" not in seen.answers
    assert "squeeze" not in text(page(seen, False, DAY)).split("Nobody is named")[1]
