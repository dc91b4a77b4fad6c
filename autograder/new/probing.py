"""Finds out what else an exercise should be asked, by trying the reference: calls that it refuses, defaults, and scores
that overflow `exp`."""

from __future__ import annotations

import ast
import inspect
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from autograder.new.sketch import Call

EXPONENTIALS = {"softmax", "log_softmax", "sigmoid", "exp", "logsumexp"}
FACTORS = (1e2, 1e3, 1e4, 1e5, 1e6)
OVERFLOWS = 1000.0  # `exp` of it is infinite in float64, with room to spare
DRAWS = 5
PER_LINE = 2  # refused calls
NEAR = (0, 1, 2, 3, 5, 7, -1)  # numbers that are often refused


@dataclass(frozen=True)
class Refused:
    """A call that the reference refuses, the numbers of the call that its message names, and the line that raises."""

    call: Call
    numbers: tuple[int, ...]
    line: int


def refusals(node: ast.FunctionDef | ast.ClassDef, file: str, target: Callable,
             calls: tuple[Call, ...]) -> tuple[list[Refused], list[int]]:
    """For each line of an exercise that raises a ValueError, finds one or two calls that make it do so. Also returns
    the lines for which no such call was found.

    node: the exercise as it stands in `file`, from which `target` was made.
    """
    lines = [each.lineno for each in ast.walk(node)
             if isinstance(each, ast.Raise) and each.exc and "ValueError" in ast.unparse(each.exc)]
    found: dict[int, dict[tuple[int, ...], Refused]] = {line: {} for line in lines}  # by the numbers of their messages
    for call in (other for each in calls for other in _neighbours(each, target)) if lines else ():
        refused = _refused(call, target, file)
        if refused and refused.line in found:
            found[refused.line].setdefault(refused.numbers, refused)
    most = [sorted(each.values(), key=lambda refused: -len(refused.numbers))[:PER_LINE] for each in found.values()]
    return [refused for each in most for refused in each], [line for line, each in found.items() if not each]


def _neighbours(call: Call, target: Callable) -> Iterator[Call]:
    """Yields the call with one number of its arguments changed, with one side changed, and with one axis more or less.
    """
    arguments = dict(call.arguments) if isinstance(call.arguments, dict) else {}
    if isinstance(target, type):
        given = {name: each.default for name, each in inspect.signature(target).parameters.items()} | arguments
        for name, value in given.items():
            if type(value) is int:
                for other in dict.fromkeys([value + 1, value - 1, *NEAR]):
                    if other != value:
                        yield replace(call, arguments=arguments | {name: other})
    for place, shape in enumerate(call.inputs):
        ways = [(*shape[:axis], side + 1, *shape[axis + 1:]) for axis, side in enumerate(shape)
                if isinstance(side, int)]
        for other_shape in [*ways, shape[1:], (1, *shape)]:
            if other_shape:
                yield replace(call, inputs=(*call.inputs[:place], other_shape, *call.inputs[place + 1:]))


def _refused(call: Call, target: Callable, file: str) -> Refused | None:
    shapes = call.shapes(Random(0))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's, of sizes that nobody means
            call.made(target)(*map(torch.ones, shapes))
    except ValueError as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        own = {value for value in call.values if type(value) is int} | {side for shape in shapes
                                                                        for side in (*shape, len(shape))}
        named = [int(number) for number in re.findall(r"-?\d+", str(error))]
        fixed = replace(call, inputs=shapes)
        return (
            Refused(fixed, tuple(dict.fromkeys(number for number in named if number in own)), lines[-1] or 0)
            if lines
            else None
        )
    except Exception:  # another complaint of torch's or Python's: no refusal of the reference's own
        return None
    return None


def positional(call: Call, target: Callable) -> Call | None:
    """Returns the call with its arguments by position, and without those that have a default; None if that makes no
    difference."""
    if not isinstance(target, type) or not isinstance(call.arguments, dict):
        return None
    parameters = inspect.signature(target).parameters
    needed = [name for name, each in parameters.items() if each.default is each.empty]
    if len(parameters) < 2 and needed or not parameters or any(name not in call.arguments for name in needed):
        return None
    return replace(call, arguments=tuple(call.arguments[name] for name in needed))


def overflow(call: Call, target: Callable) -> float:
    """Returns the factor that makes ordinary inputs so large that `exp` of a score is infinite, while the reference's
    answer stays finite.

    Returns 0 if the reference takes no exponential, or if there is no such factor.
    """
    for factor in FACTORS:
        if all(_overflows(call, target, factor, number) for number in range(DRAWS)):
            return factor
    return 0.0


def _overflows(call: Call, target: Callable, factor: float, number: int) -> bool:
    with torch.random.fork_rng(devices=[]), torch.no_grad(), _Scores() as scores:
        torch.manual_seed(number)
        made: Any = call.made(target)
        made = made.double().eval() if isinstance(made, torch.nn.Module) else made
        answer = made(*(factor * torch.randn(shape, dtype=torch.float64) for shape in call.shapes(Random(number))))
    answers = answer if isinstance(answer, (tuple, list)) else [answer]
    return scores.most > OVERFLOWS and all(
        bool(each.isfinite().all()) for each in answers if isinstance(each, torch.Tensor)
    )


class _Scores(TorchFunctionMode):
    """Remembers the largest absolute value of which an exponential was taken."""

    most = 0.0

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if (
            getattr(func, "__name__", "") in EXPONENTIALS
            and args
            and isinstance(args[0], torch.Tensor)
            and args[0].numel()
        ):
            self.most = max(self.most, float(args[0].abs().max()))
        return func(*args, **(kwargs or {}))
