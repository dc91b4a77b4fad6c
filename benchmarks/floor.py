"""The floor: the bare tensor work of a lesson's hidden checks, in one process, without wire, walls, notebook and
observation.

For each case: construct the module, load the weights, forward, backward with the case's cotangent, and one
torch.allclose for the output and for each gradient. Drawing, casting and laying out inputs and expected values is done
before, and not timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from attention_lab.checking.form import values
from attention_lab.checking.known import recorded
from tests.classroom.pupils import SOLVED

from .submissions import IMPORTS

Run = Callable[[], bool]  # one case, from the construction to the comparison: does the answer agree?


def runs(exercises: list[recorded.RecordedExercise]) -> dict[str, list[Run]]:
    """The cases of each exercise, with the solved notebook's answer.
    Raises ValueError where one of them doesn't agree."""
    namespace: dict[str, Any] = {"__name__": "floor"}
    for source in (IMPORTS, *SOLVED.values()):
        exec(source, namespace)
    made = {exercise.name: [_run(namespace[exercise.name], case) for case in exercise.cases] for exercise in exercises}
    for exercise in exercises:
        for case, run in zip(exercise.cases, made[exercise.name]):
            if not run():
                raise ValueError(f"{exercise.name}, {case.label}: the solved notebook's answer is not the expected one")
    return made


def milliseconds(made: dict[str, list[Run]]) -> dict[str, float]:
    """Of all cases of each exercise, once."""
    took = {}
    for name, cases in made.items():
        began = time.perf_counter()
        for run in cases:
            run()
        took[name] = 1000 * (time.perf_counter() - began)
    return took


def _run(thing: Callable, case: recorded.RecordedCase) -> Run:
    question, dtype, device = case.question, getattr(torch, case.question.dtype), case.question.device
    given = {name: t.to(dtype) if t.is_floating_point() else t for name, t in case.tensors.items()}
    state = {name.removeprefix("state."): t for name, t in given.items() if name.startswith("state.")}
    construct, earlier = question.construct, question.earlier
    inputs = _Call(question.args, question.kwargs, given, device)
    before = _Call(earlier.args, earlier.kwargs, given, device) if earlier else None
    wanted = {name.removeprefix("grad."): t for name, t in case.expected_tensors.items() if name.startswith("grad.")}
    cotangent = given["cotangent"].to(device) if "cotangent" in given else None
    output = case.expected.output
    expected = case.expected_tensors[output["tensor"]] if isinstance(output, dict) and "tensor" in output else output
    built = _Call(construct.args, construct.kwargs, given, "cpu") if construct else None

    def answer(target: Callable, names: dict[str, str]) -> bool:
        if before:
            target(*before.args, **before.kwargs)
        args = inputs.leaves()
        got = target(*args, **inputs.kwargs)
        if cotangent is not None and wanted:
            got.backward(cotangent)
        if device == "meta":
            return True  # there are no numbers to compare
        if not isinstance(got, Tensor):
            return abs(got - expected) <= 1e-9 * abs(expected)
        leaves = {f"input.{i}": x for i, x in enumerate(args)}
        leaves |= {f"param.{names[name]}": p for name, p in target.named_parameters()} if built else {}
        return _close(got, expected) and all(_close(leaves[name].grad, t) for name, t in wanted.items())

    def run() -> bool:
        if built is None:
            return answer(thing, {})
        try:
            module = thing(*built.args, **built.kwargs)
        except ValueError:
            return case.expected.raised is not None
        module.to(dtype).train(question.train)
        names = dict(zip(module.state_dict(), state, strict=True))  # a repair's are its own, in the same order
        module.load_state_dict({own: state[name] for own, name in names.items()})
        return answer(module if device == "cpu" else module.to(device), names)

    return run


def _close(got: Tensor, expected: Tensor) -> bool:
    """The tolerance is that of float32, whose sums differ in the last digits where numbers of both signs cancel."""
    return torch.allclose(got, expected, rtol=1e-4, atol=1e-4)


class _Call:
    """The arguments of a call, ready before the clock starts."""

    def __init__(self, args: list, kwargs: dict[str, Any], given: dict[str, Tensor], device: str):
        moved = {name: t.to(device) for name, t in given.items()}
        self.args = [values.decode(node, moved, None) for node in args]
        self.kwargs = {key: values.decode(node, moved, None) for key, node in kwargs.items()}
        self.grad = [isinstance(node, dict) and "tensor" in node and node.get("grad", True) for node in args]

    def leaves(self) -> list[Any]:
        """The positional arguments; tensors as new leaves on the same numbers."""
        return [x.detach().requires_grad_(grad) if isinstance(x, Tensor) else x
                for x, grad in zip(self.args, self.grad)]
