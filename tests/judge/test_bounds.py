"""What is beyond a bound is the worker's end, never the judge's, and gains nothing;
what is honest and large is told in words."""

import time
import types
from dataclasses import replace
from typing import Annotated

import pytest
import torch
from torch.overrides import TorchFunctionMode

from attention_lab.checking.facts import compare
from attention_lab.checking.form import bounds, protocol
from attention_lab.checking.verdict import report
from autograder.judge import judge
from autograder.lessons.course import ROOT
from autograder.lessons.declare import Case, RandomTensor
from autograder.sandbox import budget, validation
from autograder.sandbox.budget import Died

from .test_tries import Exercise

pytestmark = pytest.mark.quick

REFERENCE = "def doubled(x):\n    return 2 * x\n"


@pytest.fixture
def doubled(tmp_path, sandbox):
    return Exercise(tmp_path, sandbox, REFERENCE, "doubled", Case("x", (RandomTensor((3, 4)),)))


LIES = {
    "dropout": ("[10**400]", "[float('inf')]", "['x']", "[0.5] * 3000"),
    "output": ("10**400", "-10**5000", "'x' * 3000", "[0] * 3000", "{'dict': {str(i): 1 for i in range(1000)}}",
               "{'dict': {'k' * 9999: 1}}", "{'size': [1] * 17}", "{'size': [10**30]}",
               "{'tensor': 'nowhere'}", "{'callable': None}", "nested"),
    "parameters": ("[['w', [2]]] * 3000", "[['w' * 300, [2]]]", "[['w', [2] * 17]]"),
    "states": ("{'state.': [['w' * 300, [2]]]}", "{'state.': [['w', [2]]] * 3000}", "{'state.': 7}",
               "{str(i): [] for i in range(3000)}"),
    "changed": ("['x'] * 3000", "[['x']]"),
    "unplaced": ("{'missing': [], 'extra': []}", "7"),
    "raised": ("{'type': 'ValueError'}", "{}"),
    "trace": ("[{'name': 'x', 'received': {'tensor': 'nowhere'}, 'gave': None, 'again': False}]",),
    "largest": ("{'elements': 10**30, 'operation': 'x', 'shape': [], 'line': None, 'causes': []}",),
    "mixed": ("{'operation': 'x', 'shapes': [[1] * 17], 'line': None}",),
    "devices": ("{'x': {'device': 'cpu', 'shape': [10**30], 'dtype': 'float32'}}",),
}


@pytest.mark.parametrize("field, value", [(field, value) for field, several in LIES.items() for value in several])
def test_a_field_that_is_out_of_bounds_is_the_workers_end(doubled, field, value):
    nested = "nested = 1\nfor _ in range(40):\n    nested = [nested]\n"
    with pytest.raises(Died) as death:
        doubled.judge(f"{nested}def doubled(x):\n    lie(**{{{field!r}: {value}}})\n    return 2 * x\n")
    assert death.value.kind == "broken"


TENSORS = """
def doubled(x):
    forged = {}
    class Seen(dict):
        def items(self):
            return forged.items()
    observer().seen = Seen()
    return 2 * x
"""


@pytest.mark.parametrize("forged", [
    "{'output': x.detach().reshape([1] * 300_000 + [3, 4])}", "{'output': x.detach().reshape([1] * 20 + [3, 4])}",
    "{'output': torch.zeros(9 << 20, dtype=torch.bool)}", "{'output': x.detach(), 'more': x.detach()}",
    "{'zz': x.detach()}", "{'output': x.detach().to(torch.complex64)}", "{'output': x.detach().to(torch.uint16)}",
    "{'output': x.detach(), 'grad.input.0': torch.zeros(3, 4, dtype=torch.bool)}",
    "{'received.x': x.detach()}", "{'output': x.detach()} | {f'grad.{i}': torch.zeros(1) for i in range(11_000)}", "{}",
])
def test_tensors_that_are_out_of_bounds_are_the_workers_end(doubled, forged):
    began = time.process_time()
    with pytest.raises(Died) as death:
        doubled.judge(TENSORS.replace("forged = {}", f"forged = {forged}"))
    assert death.value.kind == "broken" and time.process_time() - began < 20


def test_a_key_that_nobody_knows_is_the_workers_end(doubled):
    with pytest.raises(Died):
        doubled.judge("""
import dataclasses
def doubled(x):
    seen = observer()
    seen.header = dataclasses.make_dataclass("More", [("passed", bool, True)], bases=(type(seen.header),))(**vars(seen.header))
    return 2 * x
""")  # noqa: E501


@pytest.mark.parametrize("answer, telling", [
    ("x.reshape([1] * 20 + [3, 4])", "a tensor with 22 axes"), ("torch.zeros(9 << 20)",
                                                                "a tensor of 9,437,184 numbers"),
    ("x.detach().to(torch.uint16)", "a tensor of type torch.uint16"),
    ("[0.0] * 5000", "a list of 5,000"), ("{i: i for i in range(5000)}", "a dict of 5,000"),
    ("'x' * 5000", "a text of 5,000 characters"),
    ("{'k' * 5000: x}", "a dict that is nested very deep, or has very long keys"),
    ("nested", "a list of 1"), ("10**400", "an integer of hundreds of digits"),
])
def test_what_is_honest_and_large_is_told(doubled, answer, telling):
    nested = "nested = 1\nfor _ in range(40):\n    nested = [nested]\n"
    judged = doubled.judge(f"{nested}def doubled(x):\n    return {answer}\n")
    assert judged.points == 0 and f"got {telling}" in report.text(judged), report.text(judged)


def test_an_error_of_large_numbers_is_an_error(doubled):
    name = "E" * 500
    judged = doubled.judge(
        f"class {name}(Exception): pass\ndef doubled(x):\n    raise {name}(f'{{10**300}} is not 12')\n"
    )
    assert judged.points == 0 and "EEE" in report.text(judged)


class Largest(TorchFunctionMode):
    """Notices the largest tensor that is made."""

    numbers = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        made = func(*args, **kwargs or {})
        self.numbers = max(self.numbers, made.numel() if isinstance(made, torch.Tensor) else 0)
        return made


def test_a_column_is_not_multiplied_with_a_row_to_be_explained():
    """The product of an answer and an input is looked for where it has the expected shape, and is not made
    elsewhere."""
    x, expected = torch.ones(1, 2000).double(), torch.arange(2000.0).double().reshape(1, 2000)
    for got, found in ((torch.ones(4000, 1), ["Constant", "WrongShape"]), (torch.rand(4000, 1), ["WrongShape"])):
        with Largest() as largest:
            facts = compare.explain(got, expected, 1e-9, {"x": x})
        assert [type(fact).__name__ for fact in facts] == found and largest.numbers < 100_000


def test_a_bound_of_zero_is_a_bound():
    assert validation.schema(Annotated[int, bounds.Bounds(minimum=0)])["minimum"] == 0


def test_bounds_stand_in_one_place():
    assert bounds.ELEMENTS * 8 <= bounds.TENSOR_BYTES and 10**bounds.DIGITS > 2**bounds.BITS > 10 ** (bounds.DIGITS - 1)


def test_the_page_lists_every_field_that_comes_from_a_worker():
    page = (ROOT / "docs/protocol.md").read_text(encoding="utf-8").split("## An observation")[1]
    rows = [line.split("|")[1:-1] for line in page.splitlines() if line.startswith("| `")]
    assert [row[0].strip(" `") for row in rows] == list(protocol.types_of(protocol.Observation))
    assert all(len(row) == 4 and all(cell.strip() for cell in row) for row in rows)


class Alone:
    """A session whose answers do not fit into one frame: each of them is asked for alone, and has so many numbers."""

    unmeasured = False

    def __init__(self, numbers):
        self.numbers, self.asked = numbers, []
        self.sandboxes = {"cpu": types.SimpleNamespace(budget=budget.Budget())}

    def ask_all(self, *_):
        return []

    def ask(self, question, tensors):
        self.asked.append(question)
        header = protocol.Observation(output={"tensor": "output"})
        return header, {"output": 2 * tensors["input.0"], "grad.much": torch.zeros(1).expand(self.numbers)}

    def close(self):
        self.asked.append("closed")

    def explanations(self, _):
        return []


@pytest.mark.parametrize("numbers, outcome", [(10, "failed"), (bounds.TOGETHER // 2, "error")])
def test_answers_that_come_one_by_one_have_a_bound_together(monkeypatch, doubled, numbers, outcome):
    """Nothing but gradients is missing, until there are too many numbers: then nothing more is asked, and the worker
    is ended."""
    doubled.recorded.cases = [replace(doubled.recorded.cases[0]) for _ in range(4)]
    known = types.SimpleNamespace(keep=lambda: None)
    graders = types.SimpleNamespace(together={"doubled": [0, 1, 2, 3]}, frame=print, mistakes={"doubled": known})
    alone = Alone(numbers)
    monkeypatch.setattr(judge.measuring, "ask", Alone.ask)
    verdict = judge._verdict(graders, doubled.recorded, alone, judge.Result(None, "none", "cpu"))
    assert alone.asked[-1] == "closed" or outcome == "failed"
    assert {check.outcome for check in verdict.checks} - {"passed"} == {outcome}
    assert ("for one exercise" in verdict.headline) == (outcome == "error")
