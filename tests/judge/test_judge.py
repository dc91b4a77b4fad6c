"""Submissions in their worker: what each exercise gets, whatever the others do."""

import copy
import inspect
from functools import partial
from itertools import product

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import judging, report
from autograder.intake.files import read
from autograder.judge import measuring
from autograder.judge.cache import storable
from autograder.judge.packages import PYTHON
from autograder.judge.proxy_process import ProxyProcess
from autograder.judge.session import Session
from autograder.lessons.catalogue import IMPORTS, definition
from autograder.lessons.course import COURSE, NOTEBOOKS, files_of
from autograder.sandbox.budget import Budget, Times
from autograder.sandbox.isolation import probed
from autograder.submission.notebook import Cell
from solutions.catnet import reference as catnet
from tests.suites import few

SOLVED, RELEASED = (read(folder / "01_se/01_se.ipynb") for folder in (NOTEBOOKS, COURSE))
FULL = {"squeeze": 2, "Excitation": 3, "SEBlock": 4, "se_parameter_cost": 1, "ExhibitA": 1}
BROKEN_EXCITATION = """
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc1 = nn.Linear(channels, channels // reduction, bias=False)
        self.fc2 = nn.Linear(channels // reduction, channels, bias=False)

    def forward(self, s):
        return torch.tanh(self.fc2(torch.relu(self.fc1(s))))
"""


def changed(**cells):
    """The solved notebook with exercises replaced, by name."""
    submission = copy.deepcopy(SOLVED)
    for cell in submission.cells:
        for name, source in cells.items():
            if cell.cell_type == "code" and f" {name}(" in cell.source.split(":")[0]:
                cell.source = source
    return submission


def points(result):
    assert result.error is None
    return {name: v.points for name, v in result.verdicts.items()}


def outcomes(v):
    return {check.outcome for check in v.checks}


def test_a_call_that_is_the_mistake_is_named_from_a_worker_too(judge):
    wrong = BROKEN_EXCITATION.replace("tanh", "sigmoid").replace("torch.relu", "nn.functional.silu")
    verdict = judge.grade(changed(Excitation=wrong)).verdicts["Excitation"]
    assert verdict.points < verdict.max_points
    assert "`nn.functional.silu(self.fc1(s))` takes the SiLU. Take the ReLU." in verdict.headline


def test_the_solved_notebook_gets_everything_and_the_released_one_nothing(judge):
    assert points(judge.grade(SOLVED)) == FULL
    result = judge.grade(RELEASED)
    assert points(result) == dict.fromkeys(FULL, 0)
    assert all("Not implemented" in v.headline for name, v in result.verdicts.items() if name != "ExhibitA")
    assert (result.lesson, result.points, result.max_points, result.isolation) == ("01_se", 0, 11, "+".join(probed()))


def test_grading_again_gives_the_same(judge):
    first, again = (judge.grade(changed(Excitation=BROKEN_EXCITATION)) for _ in range(2))
    assert [report.text(v) for v in first.verdicts.values()] == [report.text(v) for v in again.verdicts.values()]


def test_a_known_mistake_is_named(judge):
    result = judge.grade(changed(squeeze="def squeeze(x):\n    return x.amax(dim=(2, 3))"))
    assert result.verdicts["squeeze"].mistake == "squeeze-maximum" and result.verdicts["squeeze"].points == 0


def test_a_broken_piece_costs_its_own_points_only(judge):
    result = judge.grade(changed(Excitation=BROKEN_EXCITATION))
    assert points(result) == {**FULL, "Excitation": 0}
    assert any("`Excitation`" in note for note in result.verdicts["SEBlock"].notes)


BLOCKS = [
    # a subclass of it
    """class SEBlock(Excitation):
    def forward(self, x):
        return x * super().forward(squeeze(x))[:, :, None, None]""",
    # its children called one by one
    """class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        e = self.excitation
        return x * torch.sigmoid(e.fc2(torch.relu(e.fc1(squeeze(x)))))[:, :, None, None]""",
    # kept under another name, built by keyword
    """class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.gate = Excitation(reduction=reduction, channels=channels)

    def forward(self, x):
        return torch.einsum("bchw,bc->bchw", x, self.gate(x.mean((2, 3))))""",
]
PIECES = [BROKEN_EXCITATION, "class Excitation(nn.Module):\n    pass", "def Excitation(:", "import os",
          BROKEN_EXCITATION + "\n1 / 0"]


@pytest.mark.parametrize("pair", few(product(PIECES, BLOCKS), 4, lambda pair: 0,
                                     lambda pair: f"{PIECES.index(pair[0])}-{BLOCKS.index(pair[1])}"))
def test_a_block_is_right_whatever_its_broken_piece_looks_like(judge, pair):
    excitation, block = pair
    result = judge.grade(changed(Excitation=excitation, SEBlock=block))
    assert points(result)["SEBlock"] == 4 and points(result)["Excitation"] == 0, report.text(result.verdicts["SEBlock"])


def test_cells_that_call_a_broken_piece_cost_nothing(judge):
    """The course's piece is not asked while cells run, so these raise an error there."""
    submission = changed(Excitation=BROKEN_EXCITATION)
    submission.cells.append(new_code_cell("gate = Excitation(16)(torch.ones(1, 16))\nblock = SEBlock(16)"))
    block = judge.grade(submission).verdicts["SEBlock"]
    assert block.points == 4 and len(block.notes) == 1


def test_a_wrong_block_stays_wrong_with_the_courses_piece(judge):
    wrong = (
        "class SEBlock(Excitation):\n    def forward(self, x):\n        return x * (1 - super().forward(squeeze(x)))[:,"
        " :, None, None]"
    )
    assert points(judge.grade(changed(Excitation=BROKEN_EXCITATION, SEBlock=wrong)))["SEBlock"] == 0


def test_a_wrong_block_on_a_wrong_piece_is_told_its_own_mistake(judge):
    wrong = BLOCKS[0].replace("return x * ", "return x + x * ")
    told = [judge.grade(changed(SEBlock=wrong, **broken)).verdicts["SEBlock"]
            for broken in ({}, {"Excitation": BROKEN_EXCITATION})]
    assert told[0].mistake and [each.mistake for each in told] == [told[0].mistake] * 2, told
    assert any("`Excitation`" in note for note in told[1].notes)


def test_no_reference_can_be_read_from_what_a_block_is_given(judge):
    spy = """
import inspect, gc
class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)
        found = [repr(vars(Excitation)), repr(vars(self.excitation))]
        for thing in (Excitation, type(self.excitation), self.excitation.forward, squeeze, *vars(Excitation).values()):
            try:
                found.append(inspect.getsource(thing))
            except Exception:
                pass
        found += [repr(o.__code__.co_consts) for o in gc.get_objects() if type(o) is type(squeeze)]
        found += [str(f.f_code.co_names) for f in (i.frame for i in inspect.stack())]
        text = "".join(found)
        words = %r  # written backwards, so that this very code is not found
        hit = [word for word in words if word[::-1] in text]
        raise RuntimeError("FOUND " + repr(hit))
""" % [word[::-1] for word in ("no hidden channel is left", "x.mean(dim=(2, 3))", "solutions.se", "expected an image")]
    result = judge.grade(changed(squeeze="def squeeze(x): return 0", Excitation=BROKEN_EXCITATION, SEBlock=spy))
    assert "FOUND []" in report.text(result.verdicts["SEBlock"])


def test_an_endless_loop_costs_its_own_exercise(judge, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.limits.QUESTION_CPU", 1.0)
    result = judge.grade(changed(squeeze="def squeeze(x):\n    while True:\n        pass"))
    assert points(result) == {**FULL, "squeeze": 0}
    assert outcomes(result.verdicts["squeeze"]) == {"timeout"} and "loop" in result.verdicts["squeeze"].headline
    assert storable(result)  # what it computes is the same every time


@pytest.mark.parametrize("cell, outcome, said", [
    ("class Endless:\n    while True: pass\nsqueeze = Endless.method", "timeout", "did not come to an end"),
    ("class Ends:\n    import os; os._exit(0)\nsqueeze = Ends.method", "error", "ended the whole Python process"),
    ("def squeeze(x):\n\u00a0   return x", "error", "there are signs that look like blanks or like nothing (U+00A0)"),
    ("def squeeze(x):\n<<<<<<< HEAD\n    return x\n=======\n    return 2 * x\n>>>>>>> b", "error",
     "there are marks of a merge conflict in git"),
    ("def squeeze(x:\n    return x", "error", f"grades with {PYTHON}, in which it is not valid (a newer"),
    ("@missing\ndef squeeze(x): return x", "error", "NameError: name 'missing'"),
])
def test_a_cell_that_stops_costs_its_own_exercise(judge, monkeypatch, cell, outcome, said):
    monkeypatch.setattr("autograder.sandbox.limits.QUESTION_CPU", 1.0)
    result = judge.grade(changed(squeeze=cell))
    assert points(result) == {**FULL, "squeeze": 0}
    assert outcomes(result.verdicts["squeeze"]) == {outcome} and said in result.verdicts["squeeze"].headline


@pytest.mark.parametrize("stops, said", [
    ("while True: pass", "did not come to an end"), ("while True:\n    try: 1\n    except: pass",
                                                     "did not come to an end"),
    ("import os; os._exit(0)", "ended the whole Python process"), ("raise ValueError('mine')", "ValueError: mine"),
])
@pytest.mark.parametrize("where", ["above", "below"])
def test_what_a_cell_defines_counts_where_it_stops(judge, monkeypatch, stops, said, where):
    monkeypatch.setattr("autograder.sandbox.limits.QUESTION_CPU", 1.0)

    def graded(squeeze):
        return judge.grade(changed(squeeze=f"{stops}\n{squeeze}" if where == "above" else f"{squeeze}\n{stops}"))
    assert points(graded("SIDES = (2, 3)\ndef squeeze(x): return x.mean(SIDES)")) == FULL
    wrong = graded("def squeeze(x): return x.amax((2, 3))")
    assert points(wrong) == {**FULL, "squeeze": 0}
    assert said in report.text(wrong.verdicts["squeeze"]) and "was not run as a whole" in report.text(
        wrong.verdicts["squeeze"]
    )


def test_a_cell_of_ones_own_that_never_ends_costs_nothing(judge, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.limits.QUESTION_CPU", 1.0)
    submission = copy.deepcopy(SOLVED)
    submission.cells.insert(2, new_code_cell("while True: pass"))
    submission.cells.append(new_code_cell("import os; os._exit(1)"))
    result = judge.grade(submission)
    assert points(result) == FULL and storable(result)
    assert result.cut_off == ["the cell that begins with `while True: pass`"]


LOOP = "while True: pass"


def test_whose_time_was_spent_where_an_exercise_was_not_reached(judge, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.limits.QUESTION_CPU", 2.0)
    monkeypatch.setattr("autograder.sandbox.limits.NOTEBOOK_CPU", 2.5)
    result = judge.grade(changed(squeeze=f"{LOOP}\ndef squeeze(x): return x",
                                 Excitation=f"{LOOP}\nclass Excitation: pass"))
    assert result.points == 0 and result.not_reached
    assert "2.5 seconds of computing were spent by `squeeze` (" in result.not_reached["SEBlock"]
    assert "This exercise was not reached" in result.verdicts["SEBlock"].headline
    assert storable(result) and not result.timed_out and not result.busy  # the same every time


def test_a_verdict_by_the_clock_is_not_kept(judge, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.limits.QUESTION_WALL", 3.0)
    result = judge.grade(changed(squeeze="import time\ndef squeeze(x):\n    time.sleep(60)"))
    assert points(result) == {**FULL, "squeeze": 0} and result.timed_out and not storable(result)


def test_the_time_that_a_submission_waits_for_a_processor_is_not_its_own():
    began = Times(100.0, 3.0, 7.0)
    assert Times(190.0, 12.0, 87.0).since(began).own == 10.0  # 9 s of computing and 1 s of sleep, on a busy machine
    assert Times(190.0, 12.0, None).since(began).own == 90.0  # where the system does not tell
    assert Times(101.0, 5.0, 7.0).since(began).own == 2.0  # two threads
    budget = Budget()
    budget.charge(Times(90.0, 9.0, 80.0), "`squeeze`")
    assert budget.busy and budget.over(Times(1.0, 1.0, 0.0), "`SEBlock`") is None
    kind, said = budget.over(Times(45.0, 1.0, 0.0), "`SEBlock`")
    assert kind == "budget" and "`SEBlock` (45 s), `squeeze` (10 s)" in said


def test_a_cell_is_named_so_that_it_is_found(judge):
    result = judge.grade(changed(squeeze="# mine\ndef squeeze(x:\n    return x"))
    assert "the cell that begins with `# mine`, line 2" in result.verdicts["squeeze"].headline


def test_an_exercise_that_is_not_there(judge):
    submission = copy.deepcopy(SOLVED)
    submission.cells = [cell for cell in submission.cells if not cell.source.startswith("class Excitation")]
    result = judge.grade(submission)
    assert points(result) == {**FULL, "Excitation": 0}
    assert "No cell defines `Excitation`" in result.verdicts["Excitation"].headline


@pytest.mark.parametrize("source", ["squeeze = 3", "def squeeze(): pass", "class squeeze: pass", "squeeze = None"])
def test_a_name_for_something_else(judge, source):
    result = judge.grade(changed(squeeze=f"def squeeze(x): return x\n{source}"))
    assert points(result) == {**FULL, "squeeze": 0}


@pytest.mark.parametrize("source", [
    "def squeeze(x):\n    import os\n    os.write(3, b'x' * 100)\n    return x",
    "from attention_lab.checking import observe\nobserve._Observation.run = lambda self: ({'raised': None}, {})\ndef "
    "squeeze(x): return x",
    "import worker.main\nworker.main.observe = lambda *a: ({'raised': 7, 'placements': 'many'}, {})\ndef "
    "squeeze(x): return x",
    "import worker.main\nworker.main.observe = lambda *a: ({'missing': 1}, {})\ndef squeeze(x): return x",
    "import worker.main\nworker.main.observe = lambda *a: (['missing'], {})\ndef squeeze(x): return x",
    # numbers and trees at which our own arithmetic could fail
    *(f"def squeeze(x):\n    return {answer}" for answer in (
        "1e-320", "torch.tensor(5e-324, dtype=torch.float64)", "x.mean((2, 3)) * 1e-320", "x.mean((2, 3)) / 0",
        "x.mean((2, 3)).bool()", "x.mean((2, 3)).to(torch.int8)", "torch.empty(0)", "torch.full(x.shape[:2], -0.0)",
        "10 ** 300", "float('nan')", "[[[[[1e308] * 9] * 9]]]", "x.mean((2, 3)).to(torch.complex64)",
        "x.mean((2, 3)).to(torch.float16) * 1e4", "torch.tensor(-1e308, dtype=torch.float64)", "x" + " + 0 * x" * 700)),
])
def test_answers_that_are_none_gain_nothing_and_are_not_our_failure(judge, source):
    result = judge.grade(changed(squeeze=source))
    assert result.error is None and not result.unsettled and result.verdicts["squeeze"].points == 0


@pytest.mark.parametrize("source", [
    "squeeze = lambda x: x.mean(dim=(2, 3))", "import functools\nsqueeze = functools.partial(torch.mean, dim=(2, 3))",
    "try:\n    import nothing_of_this_name\nexcept ImportError:\n    def squeeze(x):\n        return x.mean((2, 3))",
])
def test_an_exercise_that_is_given_a_value(judge, source):
    assert points(judge.grade(changed(squeeze=source))) == FULL
    alone = new_notebook(cells=[new_code_cell(f"import torch\n{source}")])
    assert judge.grade(alone, solved=SOLVED).points == 11


def test_annotations_of_the_future_hold_for_all_cells_that_follow(judge):
    submission = changed(squeeze="def squeeze(x: Whatever) -> Another:\n    return x.mean((2, 3))")
    submission.cells.insert(0, new_code_cell("from __future__ import annotations"))
    assert points(judge.grade(submission)) == FULL


def test_a_source_line_that_is_very_long(judge):
    result = judge.grade(changed(squeeze="def squeeze(x): " + "(" * 5000))
    assert result.error is None and "SyntaxError" in result.verdicts["squeeze"].headline
    crash = judge.grade(changed(squeeze=f"def squeeze(x): raise RuntimeError('{'x' * 5000}')")).verdicts["squeeze"]
    assert "RuntimeError" in crash.headline


def test_a_dtype_that_is_insisted_on_costs_the_dtype_share(judge):
    linear = "nn.Linear(channels, hidden, bias=False)", "nn.Linear(channels, hidden, bias=False, dtype=torch.float64)"
    source = next(cell.source for cell in SOLVED.cells if cell.source.startswith("class Excitation"))
    assert linear[0] in source
    v = judge.grade(changed(Excitation=source.replace(*linear))).verdicts["Excitation"]
    assert [check.name for check in v.checks if check.outcome != "passed"] == ["dtype"]


def test_no_coarser_dtype_makes_a_wrong_number_right(judge):
    """0.1 % is less than bfloat16's digits tell."""
    lost = {dtype: judge.grade(changed(squeeze=f"def squeeze(x):\n    return (x.mean((2, 3)) * 1.001){dtype}"))
            .verdicts["squeeze"].points for dtype in ("", ".to(torch.bfloat16)", ".half()", ".float()")}
    assert set(lost.values()) == {lost[""]}, lost


def test_a_warning_costs_nothing(judge):
    noisy = ("import warnings, sys\ndef squeeze(x):\n    warnings.warn('mine')\n    print('noise', file=sys.stderr)\n"
             "    return x.mean((2, 3))")
    assert points(judge.grade(changed(squeeze=noisy))) == FULL


def test_a_notebook_of_another_kind(judge):
    result = judge.grade(new_notebook(cells=[new_code_cell("x = 1")]))
    assert result.lesson is None and "no exercise of any lesson" in result.error and result.points == 0


def test_delegating_to_a_piece_that_would_be_the_answer(sandbox):
    """A broken piece is no way to have the course compute the answer: without a forward it has children alone."""
    exercise = recorded.load(files_of("e3_catnet") / recorded.FOLDER, "iterative_refinement")
    cells = [Cell(inspect.getsource(catnet)), Cell(IMPORTS + definition(catnet, exercise.name), (exercise.name,))]
    proxies = ProxyProcess(sandbox, catnet, ["CMAT"], without_forward=("CMAT",))
    session = Session({"cpu": sandbox}, cells, proxies)
    judged = judging.judge(exercise, partial(measuring.ask, session), secret=True)
    session.close()
    proxies.close()
    assert judged.points == 0 and "forward" in report.text(judged)


HIDDEN = """
def squeeze(x):
    import sys
    frame = sys._getframe(1)
    while frame and "before" not in frame.f_locals:
        frame = frame.f_back
    frame.f_locals["before"].clear()  # where the inputs are compared with what they were, nothing is left to compare
    x.mul_(2)
    return x.mean((2, 3)) / 2
"""


def test_an_input_that_is_changed_in_place_is_seen_by_its_result(judge):
    """What a worker says of itself can be forged, what it answers to the same input a second time cannot."""
    honest = judge.grade(changed(squeeze="def squeeze(x):\n    x.mul_(2)\n    return x.mean((2, 3)) / 2")).verdicts[
        "squeeze"
    ]
    hidden = judge.grade(changed(squeeze=HIDDEN)).verdicts["squeeze"]
    assert "changes it in place" in honest.headline
    assert hidden.points == honest.points < 2
    assert "a wrong second answer if it is asked twice with the very same input" in hidden.headline
