"""Which answers are the same program, and which of these hints are worth a question."""

import pytest

from autograder.insights.code import length, normalised, shown
from autograder.insights.graded_work import graded_work
from autograder.insights.insights import insights
from autograder.insights.likeness import A_HINT, A_QUESTION, ALL, FEWEST, KNOWN, NOTHING, OWN, RIGHT, tells
from autograder.insights.published import as_published
from tests.classroom.pupils import SOLVED

from .graded import SE, Class, named, wrong

pytestmark = pytest.mark.quick

LONG = """class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        total = torch.zeros(x.shape[0], x.shape[1])
        for i in range(x.shape[2]):
            for j in range(x.shape[3]):
                total = total + x[:, :, i, j]
        return x + self.excitation(total / (x.shape[2] * x.shape[3]))[:, :, None, None]
"""


def test_decoration_and_names_of_one_s_own_make_no_difference():
    theirs = LONG.replace("total", "t").replace("self.excitation", "self.gate")
    theirs = theirs.replace("x):", "x: 'Tensor') -> 'Tensor':\n        'Doc.'", 1)
    assert normalised(theirs + "# a comment\n") == normalised("import torch\n" + LONG)


@pytest.mark.parametrize("old, new",
                         [("x + self", "x * self"), ("[2]", "[3]"), ("reduction=16", "reduction=8"),
                          (":, i, j]", ":, j, i]")])
def test_another_program_is_another_one(old, new):
    assert normalised(LONG.replace(old, new)) != normalised(LONG)


@pytest.mark.parametrize("source", ["def squeeze(x)\n  return", "x = " + "(" * 5000 + ")" * 5000, "x = 1\n" * 20_000,
                                    "\0"])
def test_what_is_no_python_is_like_nothing_and_shown_without_comments(source):
    assert normalised(source) is None and length(source) == 0
    assert "#" not in shown(source + "  # Ada") and len(shown(source).split("\n")) <= 41


def own(number):
    """Right answers that nobody else has."""
    return {name: f"{source}\n_mine = {number}\n" for name, source in SOLVED.items()}


@pytest.fixture
def group(tmp_path):
    made = Class(tmp_path)
    for student, source in (("ann", LONG), ("bob", LONG + "# mine"), ("cy", LONG.replace("total", "sum_"))):
        made.add(student, wrong("SEBlock", "Wrong."), answers={**own(ord(student[0])), "SEBlock": source})
    for number in range(FEWEST):
        made.add(f"x{number}", answers=own(number))
    return made


@pytest.mark.parametrize("alone, equal, members, telling", [
    (FEWEST, 0, 2, True), (FEWEST - 1, 0, 2, False), (9, 3, 2, True), (8, 4, 2, False), (0, 9, 2, False),
    (9, 0, 9, True), (9, 0, 10, False),
])
def test_a_match_tells_something_only_where_a_class_has_many_right_programs(alone, equal, members, telling):
    right = {f"a{i}": i for i in range(alone)} | {f"e{i}": -1 for i in range(equal)}
    group = {f"m{i}": "the same" for i in range(members)}
    assert tells(group, right | group) is telling


def test_where_everybody_writes_the_same_nobody_is_named(tmp_path):
    made = Class(tmp_path)
    for number in range(12):  # two thirds in one way, one third in another
        made.add(f"x{number}", answers={} if number % 3 else {"SEBlock": f"{SOLVED['SEBlock']}\nn = 1"})
    assert {each.worth for each in insights(made.coursedir, SE).alike} == {NOTHING}
    assert as_published(graded_work(made.coursedir, SE).works, SE) == {}


def test_a_long_wrong_answer_of_several_comes_first(group):
    (first, *rest) = insights(group.coursedir, SE).alike
    assert (first.exercise, first.students, rest) == ("SEBlock", ["ann", "bob", "cy"], [])
    assert (first.letters, first.judged, first.worth) == (False, OWN, A_QUESTION)


def test_the_published_answer_and_one_to_the_letter_are_told(group):
    group.add("dot")
    group.add("eve")
    known = {(each.exercise, tuple(each.students)): each for each in insights(group.coursedir, SE).alike}
    both = known[ALL, ("dot", "eve")]
    assert both.letters and both.published and (both.judged, both.worth) == (RIGHT, A_QUESTION)
    squeeze = known["squeeze", ("dot", "eve")]
    assert squeeze.published and squeeze.worth == NOTHING


def test_a_mistake_that_many_make_is_a_weak_hint(tmp_path):
    made = Class(tmp_path)
    for student in ("ann", "bob"):
        made.add(student, named("SEBlock", "se-residual", "Your block adds the input."),
                 answers={"SEBlock": f"# {student}\n{LONG}"})
    (only,) = [each for each in insights(made.coursedir, SE).alike if each.exercise == "SEBlock"]
    assert (only.letters, only.judged, only.worth) == (False, KNOWN, A_HINT)


def test_one_alone_with_the_published_answer_is_told_and_an_empty_one_never(group):
    group.add("fay")
    stubs = {slot.name: slot.stub for slot in SE.exercises}
    for student in ("gil", "hal"):
        group.add(student, answers=stubs)
    alike = insights(group.coursedir, SE).alike
    assert (ALL, ["fay"]) in [(each.exercise, each.students) for each in alike]
    assert not [each for each in alike if {"gil", "hal"} & set(each.students)]


def test_status_names_who_has_a_published_answer_that_is_long_enough_to_say_something(group):
    group.add("fay")
    others = {"SEBlock": "# by hand\n" + SOLVED["SEBlock"].replace("excitation", "gate"),
              "Excitation": "Excitation = None"}
    group.add("gus", answers=SOLVED | others)
    found = as_published(graded_work(group.coursedir, SE).works, SE)
    assert found.keys() == {"fay", "gus"}  # ann, bob and cy wrote their own
    assert found["gus"] == ["SEBlock", "se_parameter_cost"]
    assert "squeeze" not in found["fay"] and "SEBlock" in found["fay"]
    assert as_published([], SE) == {}
