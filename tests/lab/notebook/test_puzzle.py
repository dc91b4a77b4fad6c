"""What a learner gets who is stuck: tries that are counted, the hint that belongs to a mistake, a puzzle, our
solution."""

import ast

import pytest
import torch
from torch import nn

from attention_lab import check, puzzle, solution
from attention_lab.checking.known import recorded
from attention_lab.checking.verdict.verdict import Verdict
from attention_lab.notebook import puzzle as puzzle_module
from attention_lab.notebook.progress import digest, recall, remember
from autograder.lessons import catalogue
from autograder.lessons.course import files_of
from autograder.lessons.topics import topic
from builder import build, hints, notebooks

pytestmark = pytest.mark.quick

WRONG = ("x.sum(dim=(2, 3))", "x.amax(dim=(2, 3))", "x.mean(dim=(1, 2))")


def squeeze_as(body):
    """A function `squeeze(x)` as a learner's cell defines it."""
    made = {"torch": torch, "nn": nn}
    exec(f"def squeeze(x):\n    return {body}\n", made)
    return made["squeeze"]


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    (tmp_path / "01_se").mkdir()
    monkeypatch.chdir(tmp_path / "01_se")
    return tmp_path / "01_se"


def test_different_wrong_answers_are_tries_and_the_same_one_again_is_none(lesson, capsys):
    for body in (WRONG[0], WRONG[0], WRONG[1]):
        check(squeeze_as(body))
    assert recall(lesson, "squeeze").tries == 2 and len(recall(lesson, "squeeze").failed) == 2
    assert "This is try 2." in capsys.readouterr().out
    check(squeeze_as("x.mean(dim=(2, 3))"))
    assert "Solved on try 3." in capsys.readouterr().out
    check(squeeze_as("x.mean(dim=(2, 3))"))
    assert (
        "try" not in capsys.readouterr().out
        and recall(lesson, "squeeze").tries == 3
        and not recall(lesson, "squeeze").failed
    )


def gate_as(body):
    """A function `gate(x, weights)` of lesson 00, whose output is a map."""
    made = {}
    exec(f"def gate(x, weights):\n    return {body}\n", made)
    return made["gate"]


def test_the_number_of_a_try_stands_where_something_useful_follows_it(lesson, monkeypatch, capsys):
    for body in ("x + 7", "x - 7"):
        check(squeeze_as(body))
        assert "try" not in capsys.readouterr().out
    monkeypatch.setattr(puzzle_module, "SOLVED", lesson / "nowhere")
    check(squeeze_as("x.mean(dim=(2, 3)) + 7"))  # no map, no name, no solutions
    assert "This is try 3. Do you think that the check is wrong?" in capsys.readouterr().out


def test_the_third_wrong_answer_without_a_name_is_offered_a_picture_where_the_output_is_a_map(
    course, tmp_path, monkeypatch, capsys
):
    (tmp_path / "00_warmup").mkdir()
    monkeypatch.chdir(tmp_path / "00_warmup")
    monkeypatch.setattr(puzzle_module, "SOLVED", tmp_path / "nowhere")
    for body in ("x + 7", "x - 7"):
        check(gate_as(body))
        assert "Stuck?" not in capsys.readouterr().out
    check(gate_as("x * 7"))
    said = capsys.readouterr().out
    assert (
        "This is try 3. Stuck? In a new cell, `check(gate, picture=True)` draws your output beside the expected one."
        in said
    )
    check(gate_as("x[0]"))  # another shape: nothing to compare
    assert "Stuck?" not in capsys.readouterr().out


def test_at_most_twenty_wrong_answers_are_remembered(lesson):
    for number in range(23):
        remember(lesson, Verdict("squeeze", 0.0, 2.0, [], ""), f"digest {number}")
    assert recall(lesson, "squeeze").tries == 23
    assert recall(lesson, "squeeze").failed == [f"digest {number}" for number in range(3, 23)]


def test_a_stub_is_no_try(lesson):
    made = {}
    exec("def squeeze(x):\n    raise NotImplementedError()\n", made)
    check(made["squeeze"])
    assert recall(lesson, "squeeze").tries == 0


def test_another_comment_is_the_same_answer_and_another_number_is_not():
    first, again, other = (squeeze_as(body) for body in ("x + 1  # why", "x + 1", "x + 2"))
    assert digest(first) == digest(again) != digest(other)
    classes = {}
    for name, body in (("one", "self.a = 1"), ("same", "self.a = 1"), ("two", "self.a = 2")):
        exec(f"class Gate:\n    def __init__(self):\n        {body}\nfound = Gate", classes)
        classes[name] = classes["found"]
    assert digest(classes["one"]) == digest(classes["same"]) != digest(classes["two"])


def test_nothing_is_shown_before_three_different_tries_and_then_everything(lesson, capsys):
    assert "no try" in solution("squeeze").text and "no try" in puzzle("squeeze").text
    for body in WRONG[:2]:
        check(squeeze_as(body))
    assert "2 tries" in solution("squeeze").text and "Stuck?" not in capsys.readouterr().out
    check(squeeze_as(WRONG[2]))
    assert "`puzzle(squeeze)` gives you the lines" in capsys.readouterr().out
    assert "return x.mean(dim=(2, 3))" in solution("squeeze").text and "SOLUTION" not in solution("squeeze").text
    # another exercise is another matter
    assert "Excitation" in solution("Excitation").text and "class" not in solution("Excitation").text


def test_what_is_solved_may_be_compared_with_ours(lesson):
    squeeze = squeeze_as("x.flatten(2).mean(-1)")
    check(squeeze)
    assert "x.mean(dim=(2, 3))" in solution(squeeze).text


def test_a_hand_out_has_no_solution_and_offers_none(lesson, monkeypatch, capsys):
    monkeypatch.setattr(puzzle_module, "SOLVED", lesson / "nowhere")
    for body in WRONG:
        check(squeeze_as(body))
    assert "Stuck?" not in capsys.readouterr().out
    for shown in (solution("squeeze"), puzzle("squeeze")):
        assert "came without solutions" in shown.text and "mean" not in shown.text


def test_an_exercise_of_no_lesson_is_named(lesson):
    with pytest.raises(ValueError, match="'squeezed' is not an exercise of this lesson; the lesson has "
                                         "squeeze, Excitation"):
        solution("squeezed")


@pytest.mark.parametrize("lesson_", build.lessons(), ids=lambda each: each.name)
def test_every_exercise_is_a_puzzle_whose_lines_in_order_are_the_solution(course, lesson_, monkeypatch):
    monkeypatch.chdir(course / lesson_.name)
    repair = topic(lesson_.topic).repair
    for name in recorded.parts(files_of(lesson_.name) / recorded.FOLDER):
        _, code = puzzle_module._solution(name)
        if repair and name == repair.name:
            assert not any(moves for _, moves in puzzle_module._lines(code))
            assert next(iter(repair.edits.values())) in code
            continue
        lines = puzzle_module._lines(code)
        free = [line for line, moves in lines if moves]
        mixed = puzzle_module._shuffle(lines, name)
        assert sorted(line for line, moves in mixed if moves) == sorted(free) and free
        assert [line for line, moves in mixed if not moves] == [line for line, moves in lines if not moves]
        assert len(set(free)) == 1 or [line for line, _ in mixed] != [line for line, _ in lines]
        ast.parse("\n".join(line for line, _ in lines))


@pytest.mark.parametrize("lesson_", build.lessons(), ids=lambda each: each.name)
def test_every_exercise_has_hints_and_those_of_its_mistakes_are_built(lesson_):
    told, files = hints.of_page(notebooks.read_source(lesson_)), topic(lesson_.topic)
    about = hints.belonging(told, files.catalogue)
    for exercise in recorded.load_all(files_of(lesson_.name) / recorded.FOLDER):
        assert told[exercise.name], exercise.name
        assert exercise.hints == about[exercise.name], "run `make build`"


def test_the_hint_that_belongs_to_a_mistake_is_named(lesson, capsys):
    made = {"torch": torch, "nn": nn}
    exec("class Excitation(nn.Module):\n    def __init__(self, channels, reduction=16):\n        super().__init__()\n"
         "        if not channels // reduction:\n            raise ValueError(f'{channels} {reduction}')\n"
         "        self.fc1 = nn.Linear(channels, channels // reduction)\n        self.fc2 = nn.Linear(channels // "
         "reduction, channels)\n    def forward(self, z):\n        return "
         "torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))\n", made)
    points = check(made["Excitation"])
    assert "Hint 1, below, is about this." in capsys.readouterr().out  # the one that writes `bias=False`
    assert "<script>" in points.report._repr_html_() and "(1);" in points.report._repr_html_()


def test_the_hint_that_belongs_to_what_a_report_says_is_named(lesson, capsys):
    made = {"nn": nn}
    exec("class Excitation(nn.Module):\n    def __init__(self, channels, reduction=16):\n        super().__init__()\n"
         "    def forward(self, z):\n        return z\n", made)
    check(made["Excitation"])
    said = capsys.readouterr().out
    assert "no parameters at all" in said and "Hint 2, below, is about this." in said


def test_a_layer_that_a_report_calls_right_names_no_hint(tmp_path, monkeypatch, capsys):
    (tmp_path / "04_bam").mkdir()
    monkeypatch.chdir(tmp_path / "04_bam")
    made = {"nn": nn}
    exec("class ChannelBranch(nn.Module):\n    def __init__(self, channels, reduction=16):\n"
         "        super().__init__()\n        hidden = channels // reduction\n        if hidden == 0:\n"
         "            raise ValueError(f'{channels} {reduction}')\n        self.fc1 = nn.Linear(channels, hidden)\n"
         "        self.bn, self.fc2 = nn.BatchNorm1d(hidden), nn.Linear(hidden, channels)\n"
         "    def forward(self, x):\n        return self.fc2(self.bn(self.fc1(x.mean((2, 3)))))[..., None, None]\n",
         made)
    check(made["ChannelBranch"])
    said = capsys.readouterr().out
    assert "`bn` is right; " in said and "Hint 3, below, is about this." in said


def test_a_hint_for_what_there_is_not_stops_the_build():
    wrong = catalogue.Mistake("squeeze-sum", "A sentence.", "", hint=3, exercise="squeeze")
    with pytest.raises(ValueError, match="squeeze-sum: squeeze has no hint 3"):
        hints.belonging({"squeeze": ["Which axes?", "One line."]}, catalogue.Catalogue((wrong,)))
    with pytest.raises(ValueError, match="one axis: squeeze has no hint 3"):
        hints.belonging({"squeeze": ["One line."]}, catalogue.Catalogue(hints={"squeeze": {"one axis": 3}}))
