"""Tries the reference to find more questions for an exercise: calls that the reference refuses, calls that use its
defaults, and inputs whose scores overflow `exp`."""

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
PER_LINE = 2  # refused calls, of different causes
NEAR = (0, 1, 2, 3, 5, 7, -1)  # numbers that are often refused
FAR = 11  # a side that no letter stands for
RANK = re.compile(r"\.dim\(\)|\.ndim\b|len\(\w+\.(shape|size\(\))\)")


@dataclass(frozen=True)
class Refused:
    """A call that the reference refuses, the numbers of the call that its message names, and the line that raises."""

    call: Call
    numbers: tuple[int, ...]
    line: int


def refusals(node: ast.FunctionDef | ast.ClassDef, file: str, target: Callable,
             calls: tuple[Call, ...]) -> tuple[list[Refused], list[int]]:
    """For each line of an exercise that raises a ValueError, finds one call that makes the line raise it. If there are
    two reasons, finds two calls. Also returns the lines for which no call was found.

    node: the exercise as it stands in `file`, from which `target` was made.
    """
    guards = {guard.line: guard for guard in _guards(node)}
    found: dict[int, dict[str, Refused]] = {line: {} for line in guards}  # by the cause
    for cause, call in (other for each in calls for other in _neighbours(each, target)) if guards else ():
        refused = _refused(call, target, file, guards)
        # An answer that unpacks x.shape complains about another number of axes in its own words.
        if refused and (cause != AXES or guards[refused.line].asks_axes):
            found[refused.line].setdefault(cause, refused)
    most = [sorted(each.values(), key=lambda refused: -len(refused.numbers))[:PER_LINE] for each in found.values()]
    return [refused for each in most for refused in each], [line for line, each in found.items() if not each]


@dataclass(frozen=True)
class _Guard:
    """A line that raises a ValueError. asks_axes: does its condition speak of the number of axes?
    constant: the numbers that its message always has."""

    line: int
    asks_axes: bool
    constant: set[int]


def _guards(node: ast.AST, asks_axes: bool = False) -> Iterator[_Guard]:
    if isinstance(node, ast.Raise) and node.exc and "ValueError" in ast.unparse(node.exc):
        words = [each.value for each in ast.walk(node.exc) if isinstance(each, ast.Constant)]
        yield _Guard(node.lineno, asks_axes, set(_numbers(" ".join(word for word in words if isinstance(word, str)))))
    asks_axes = bool(RANK.search(ast.unparse(node.test))) if isinstance(node, ast.If) else asks_axes
    for child in ast.iter_child_nodes(node):
        yield from _guards(child, asks_axes)


def _numbers(text: str) -> list[int]:
    """The numbers in a message, each once and without its sign, as a check reads them."""
    return list(dict.fromkeys(map(int, re.findall(r"\d+", text))))


AXES = "axes"  # the cause of a call with an axis more or less


def _neighbours(call: Call, target: Callable) -> Iterator[tuple[str, Call]]:
    """Yields what was changed, and the changed call. The change is in one number of the arguments, in one side of an
    input, or in the number of its axes."""
    arguments = dict(call.arguments)
    given = {name: each.default for name, each in inspect.signature(target).parameters.items()} | arguments
    for name, value in given.items():
        beside = [value - 1, value + 1] if type(value) is int else []
        for other in dict.fromkeys([*beside, *NEAR]) if type(value) in (int, float) else ():
            if other != value:
                yield name, replace(call, arguments=arguments | {name: other})
    for place, shape in enumerate(call.inputs):
        for axis, side in enumerate(shape):
            for other in (side + 1, side - 1, 1) if isinstance(side, int) else (1, FAR):
                if other > 0:
                    yield f"{place}, {axis}", _with_shape(call, place, (*shape[:axis], other, *shape[axis + 1:]))
        for other_shape in filter(None, (shape[1:], (1, *shape))):
            yield AXES, _with_shape(call, place, other_shape)


def _with_shape(call: Call, place: int, shape: tuple[int | str, ...]) -> Call:
    return replace(call, inputs=(*call.inputs[:place], shape, *call.inputs[place + 1:]))


def _refused(call: Call, target: Callable, file: str, guards: dict[int, _Guard]) -> Refused | None:
    shapes = call.shapes(Random(0))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's, of sizes that nobody means
            call.made(target)(*map(torch.ones, shapes))
    except ValueError as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        if lines and (guard := guards.get(lines[-1] or 0)):
            own = {abs(value) for value in call.values if type(value) is int}
            own |= {side for shape in shapes for side in (*shape, len(shape))} - guard.constant
            named = tuple(number for number in _numbers(str(error)) if number in own)
            return Refused(replace(call, inputs=shapes), named, guard.line)
    except Exception:  # another complaint of torch's or Python's: no refusal of the reference's own
        pass
    return None


def more(calls: tuple[Call, ...], target: Callable) -> Iterator[Call]:
    """Yields calls that hardly anybody thinks of, but that show mistakes which the sketch's own calls hide. The
    reference may refuse some of them."""
    first, *others = calls
    yield from _narrow(first)
    for call in others:  # what is standard is tried on the first call alone, not on the branches of the others
        narrow = [each for each in _narrow(call) if not complaint(each, target)] or [call]
        yield replace(_by_place(narrow[0], target), large=True)
        yield replace(narrow[-1], device=True)
    yield from _without_defaults(calls, target)
    yield from _smallest(first, target)


def complaint(call: Call, target: Callable) -> str:
    """Returns the error that the reference raises for this call, in words; an empty text if the reference accepts the
    call."""
    shapes = call.shapes(Random(0))
    try:
        call.made(target)(*map(torch.ones, shapes))
    except Exception as error:  # whatever the reference raises
        return f"{', '.join(map(str, shapes))}, your reference raises {type(error).__name__}: {error}"
    return ""


def _narrow(call: Call) -> list[Call]:
    """Returns two calls: one with the first, third, ... letter at 1, and one with the remaining letters at 1. Where no
    letter is 1, a stray `squeeze()` does no harm."""
    return [call.with_ones(letters) for letters in (call.letters[::2], call.letters[1::2]) if letters]


def _by_place(call: Call, target: Callable) -> Call:
    """Returns the call with its arguments by place, if they are the first ones of a module."""
    names = list(inspect.signature(target).parameters)[:len(call.arguments)]
    if not isinstance(target, type) or not isinstance(call.arguments, dict) or set(names) != call.arguments.keys():
        return call
    return replace(call, arguments=tuple(call.arguments[name] for name in names))


def _without_defaults(calls: tuple[Call, ...], target: Callable) -> Iterator[Call]:
    """Yields the first call without the arguments that have a default, unless there is such a call already. A module
    gets its other arguments by place."""
    parameters = inspect.signature(target).parameters
    given = dict(calls[0].arguments)
    needed = {name: given[name] for name, each in parameters.items() if each.default is each.empty and name in given}
    call = _by_place(replace(calls[0], arguments=needed), target)
    if len(parameters) > 1 and call.arguments and call not in calls or all(each.arguments for each in calls):
        yield call


def _smallest(call: Call, target: Callable) -> Iterator[Call]:
    """Yields the call with 1 in place of one of its whole numbers, such as a kernel, a reduction or a number of
    heads."""
    given = {name: each.default for name, each in inspect.signature(target).parameters.items()} | dict(call.arguments)
    for name, value in given.items():
        if type(value) is int and value != 1:
            yield replace(call, arguments=dict(call.arguments) | {name: 1})


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
