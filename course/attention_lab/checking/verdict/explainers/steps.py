"""Sees one call of torch that is the mistake: if it is made otherwise, the answer is right in every case."""

from __future__ import annotations

import ast
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, combinations, islice, permutations

from ...ask import steps as calls
from ...ask.steps import ACTIVATIONS, ARITHMETIC, COMPARISONS, LAYERS, NEW, ORDER, PAIR, PARTS, POOLS, REDUCTIONS, SIZES
from ...form.bounds import AXES as MOST_AXES
from ...form.protocol import Rewrite, Step
from ...known.recorded import RecordedCase
from ..cause import CLAIM, Cause
from ..differences import differences, inputs_of, of_output
from ..evidence import Evidence
from ..trace import first_difference
from ..verdict import listed

# Words must not use up the time in which other exercises are judged: in all tries together, at most so many calls of
# torch and of sub-modules are made. A machine on which they take so many seconds makes fewer.
CALLS, SECONDS = 1800, 4.0
WAYS = 200  # to make one call
AXES, PIECES = 4, 3  # of a tensor of at most so many axes, all sets of axes are tried; of so many parts, all orders
FOLLOWING = "relu", "sigmoid", "gelu", "tanh"  # after a layer
LONGEST = 80  # characters of code that is quoted
MEAN, MAXIMUM = "the mean", "the maximum"
TAKEN = {"softmax": "the softmax", "mean": MEAN, "sum": "the sum", "amax": MAXIMUM, "max": MAXIMUM,
         "amin": "the minimum", "cumsum": "the running sum", "relu": "the ReLU", "sigmoid": "the sigmoid",
         "tanh": "the tanh", "gelu": "the GELU", "silu": "the SiLU", "hardsigmoid": "the hardsigmoid",
         "hardswish": "the hardswish", "relu6": "the ReLU6", "exp": "the exponential",
         "adaptive_avg_pool2d": MEAN, "adaptive_max_pool2d": MAXIMUM, "avg_pool2d": MEAN, "max_pool2d": MAXIMUM}
# What is done, and what should be.
DONE = {"add": ("adds", "Add"), "sub": ("subtracts", "Subtract"), "mul": ("multiplies", "Multiply"),
        "div": ("divides", "Divide"), "gt": ("asks for >", "Ask for >"), "ge": ("asks for >=", "Ask for >="),
        "lt": ("asks for <", "Ask for <"), "le": ("asks for <=", "Ask for <="), "eq": ("asks for ==", "Ask for =="),
        "ne": ("asks for !=", "Ask for !="),
        **{name: (f"takes {what}", f"Take {what}") for name, what in TAKEN.items()}}
ALONG = {"cat": ("joins along", "Join along"), "stack": ("stacks along", "Stack along"),
         "unsqueeze": ("puts a new axis at", "Put it at"), "squeeze": ("takes away", "Take away"),
         "normalize": ("normalises over", "Normalise over"), "roll": ("shifts along", "Shift along"),
         **{name: ("cuts along", "Cut along") for name in PARTS},
         **{name: (f"takes {TAKEN[name]} over", "Take it over") for name in (*REDUCTIONS, "softmax", "cumsum")}}
FAMILIES = REDUCTIONS, ACTIVATIONS, POOLS, ARITHMETIC, COMPARISONS
SETTINGS: dict[str, tuple] = {
    "stride": (1, 2), "padding": (0, 1, 2, 3), "dilation": (1, 2, 4), "mode": ("bilinear", "nearest"),
    "align_corners": (False, True), "eps": (1e-5, 1e-6, 1e-8, 1e-9, 1e-12, 1e-3), "momentum": (0.1, 0.01),
    "correction": (0, 1)}
SWAPS_NOTHING = "keeps the order of the numbers and swaps no axes"
COMPETE = "Along that axis the numbers compete, and sum to 1."
POWERS = {-0.5: "divided by the square root of", 0.5: "multiplied by the square root of", -1.0: "divided by",
          1.0: "multiplied by"}


@dataclass
class Way:
    """Another way to make a call. factor: of a case, what to multiply by; None if nothing is multiplied."""

    rewrite: Rewrite
    sentence: str
    factor: Callable[[RecordedCase], float | None] | None = None


def steps(evidence: Evidence) -> list[Cause]:
    """Returns the first call which, made otherwise, makes all that fail as the leading case does right, and no other
    wrong."""
    failing = evidence.asked.view.failing - evidence.exercise.apart
    alike = [i for i in (evidence.leading, *evidence.alike) if i in failing]
    cases = evidence.exercise.cases
    trial = cases[evidence.leading].question.trial  # it calls the code with networks of its own
    in_place = any(d.check == "input" for d in evidence.found[evidence.leading])  # explains all that follows
    if trial or in_place or not any(evidence.wrong_output(i) and evidence.picture(i) or i in evidence.stopped
                                    for i in alike):  # a number is not made by torch
        return []
    smallest = min(alike, key=lambda i: sum(t.numel() for t in cases[i].tensors.values()))
    question = replace(cases[smallest].question, gradients=False, trace=True)
    seen = evidence.again(smallest, question)
    _, agreed = first_difference(cases[smallest], seen, evidence.exercise.scale)
    # a worker may say anything
    made = [step for step in seen[0].steps[:calls.MOST] if step.code and 0 <= step.ndim <= MOST_AXES]
    ways = [(abs(step.after - agreed), _rank(way, step.operation), way) for step in made
            for way in islice(chain(_ways(step), _scaled(step, cases[smallest])), WAYS)]
    must = [smallest, *(i for i in range(len(cases)) if i in alike and i != smallest or not evidence.found[i])]
    began, tries = time.monotonic(), CALLS // (1 + len(seen[0].steps) + len(seen[0].trace))
    for *_, way in sorted(ways, key=lambda way: way[:2])[:tries]:
        if time.monotonic() - began > SECONDS:
            break
        if _right(evidence, smallest, way, quickly=True) and all(_right(evidence, i, way) for i in must):
            rest = {i for i in failing.difference(alike) if not _right(evidence, i, way)}
            return [Cause(way.sentence + CLAIM * (not rest), failing - rest, rest)]
    return []


def _rank(way: Way, operation: str) -> int:
    """Returns 0 for what is tried first. Arithmetic often has a silly way to mend what is wrong elsewhere."""
    how = way.rewrite.how
    if how == "then":
        return 2
    return int(how == "times" or how in ("left out", "instead") and operation in (*ARITHMETIC, *COMPARISONS))


def _right(evidence: Evidence, i: int, way: Way, quickly: bool = False) -> bool:
    """Says whether a case is right if a call is made otherwise. quickly: only its output is looked at."""
    case, rewrite = evidence.exercise.cases[i], way.rewrite
    if way.factor:
        if (factor := way.factor(case)) is None:
            return False
        rewrite = replace(rewrite, factor=factor)
    question = replace(case.question, rewrite=rewrite, trace=False)
    if not quickly:
        return not differences(case, evidence.again(i, question), evidence.exercise.scale)
    header, tensors = evidence.again(i, replace(question, gradients=False))
    return not header.raised and not of_output(case, header, tensors, evidence.exercise.scale)


def _ways(step: Step) -> Iterator[Way]:
    name, at = step.operation, step.axes

    def way(how: str, does: str, should: str, axes: list[int] | None = None, other: str = "", why: str = "") -> Way:
        return Way(Rewrite(step.site, how, other, axes or []), f"`{_short(step.code)}` {does}. {should}.{why}")

    if name in ALONG and at:
        does, should = ALONG[name]
        if name == "squeeze":  # of an axis that sometimes has one entry
            yield way("left out", f"{does} {_axes(at)}", "Leave it out")
        for axes in _sets(step):
            if axes != sorted(at):
                yield way("axes", f"{does} {_axes(at)}", f"{should} {_axes(axes)}", axes, why=_why(name, at, axes))
    if name in ACTIVATIONS or name == "softmax":
        yield way("left out", DONE[name][0], "Leave it out")
    if name in ARITHMETIC:
        for k, operand in enumerate(_operands(step.code)):
            yield way("left out", DONE[name][0], f"Take {operand} as it is", [k])
    for other in next((family for family in FAMILIES if name in family), ()):
        if DONE[other] != DONE[name] and ("adaptive" in other) == ("adaptive" in name):
            why = " A sum grows with the size." if (name, other) == ("sum", "mean") else ""
            yield way("instead", DONE[name][0], DONE[other][1], other=other, why=why)
    if name in REDUCTIONS and name != "max" and at:
        yield way("keepdim", f"drops {_axes(at)}", f"Keep {'them' if len(at) > 1 else 'it'}, with `keepdim=True`")
    for setting in calls.SETTINGS.get(name, ()):
        for value in SETTINGS[setting]:
            yield Way(Rewrite(step.site, "setting", setting, value=value),
                      f"In `{_short(step.code)}`, `{setting}` should be {value!r}.")
    if name == "cat":
        yield way("order", "joins tensors", "Join them in the reverse order")
    if name in ("matmul", "sub", "div"):
        yield way("order", "multiplies matrices" if name == "matmul" else DONE[name][0], "Exchange the two")
    if name == "where":
        yield way("order", "chooses", "Exchange the two that it chooses from")
    if name == "masked_fill":
        yield way("opposite", "fills", "Fill the other places")
    if name == "matmul":
        for k, which in enumerate(("first", "second")):
            yield way("transposed", "multiplies matrices", f"Transpose the {which} one", [k])
    if name == "roll":
        yield way("opposite", "shifts", "Shift to the opposite side")
    for count in range(2, PIECES + 1) if name in PARTS else ():
        for order in list(permutations(range(count)))[1:]:
            yield way("order", "gives parts", f"Take them in the order {_and([k + 1 for k in order])}", [*order])
    for axis in range(step.ndim) if name in (*ARITHMETIC, "matmul", "linear") else ():
        yield Way(Rewrite(step.site, "then", "softmax", [axis]),
                  f"After `{_short(step.code)}`, the softmax over axis {axis} is missing. {COMPETE}")
    for other in FOLLOWING if name in LAYERS else ():
        yield Way(Rewrite(step.site, "then", other), f"After `{_short(step.code)}`, {TAKEN[other]} is missing.")
    yield from _reordered(step, way)


def _reordered(step: Step, way: Callable[..., Way]) -> Iterator[Way]:
    """Yields other orders of axes, for a call that changes a shape."""
    name, at, pairs = step.operation, step.axes, [[*pair] for pair in combinations(range(step.ndim), 2)]
    if name == PAIR and len(at) == 2:
        for pair in pairs:
            if pair != sorted(at):
                yield way("axes", f"exchanges {_axes(at)}", f"Exchange {_axes(pair)}", pair)
    if name == ORDER and len(at) == step.ndim:
        for a, b in pairs:
            order = [at[{a: b, b: a}.get(k, k)] for k in range(step.ndim)]
            yield way("axes", f"puts the axes in the order {_and(at)}", f"Put them in the order {_and(order)}", order)
    if name == SIZES:
        for pair in pairs:
            yield way("before", SWAPS_NOTHING, f"Before that, exchange {_axes(pair)}", pair)
        for a, b in combinations(range(len(at)), 2):
            yield way("after", SWAPS_NOTHING, f"Exchange sizes {a} and {b} in it, and then these two axes", [a, b])


def _why(name: str, at: list[int], axes: list[int]) -> str:
    if 0 in at and 0 not in axes and name in (*REDUCTIONS, "softmax"):
        return " Otherwise the images of a batch depend on each other."
    return f" {COMPETE}" if name == "softmax" else ""


def _operands(code: str) -> list[str]:
    """Returns the two operands of an operation as they are written, or words for them."""
    try:
        parsed = ast.parse(code, mode="eval").body
        if isinstance(parsed, ast.BinOp):
            return [f"`{_short(ast.unparse(operand))}`" for operand in (parsed.left, parsed.right)]
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        pass
    return ["the first of the two", "the second of the two"]


def _sets(step: Step) -> Iterator[list[int]]:
    """Yields sets of axes along which a call may work, first those of as many axes."""
    ndim, size = step.ndim + (step.operation in NEW), len(step.axes)
    several = ndim <= AXES and step.operation in REDUCTIONS and step.operation != "max"
    for count in (size, *(k for k in range(1, ndim) if k != size and several)):
        yield from ([*axes] for axes in combinations(range(ndim), count))


def _scaled(step: Step, case: RecordedCase) -> Iterator[Way]:
    """Yields scales for the scores of a softmax, made of the numbers that the code is given."""
    for number in _numbers(case) if step.operation == "softmax" else ():
        for power, words in POWERS.items():
            sentence = f"In `{_short(step.code)}`, the scores should be {words} `{number}`."
            yield Way(Rewrite(step.site, "times"), sentence, partial(_power, number, power))


def _power(number: str, power: float, case: RecordedCase) -> float | None:
    value = _numbers(case).get(number)
    return value ** power if value else None


def _numbers(case: RecordedCase) -> dict[str, int]:
    """Returns the whole numbers that a module is built with, their quotients, and the sizes of the inputs, by the code
    that gives them."""
    call = case.question.construct or case.question
    given = {**dict(zip(case.expected.signature, call.args)), **call.kwargs}
    numbers = {name: value for name, value in given.items() if type(value) is int and value > 1}
    numbers |= {f"{a} // {b}": x // y for a, x in numbers.items() for b, y in numbers.items() if x > y and not x % y}
    for name, x in inputs_of(case).items():
        numbers |= {f"{name}.shape[{k}]": size for k, size in enumerate(x.shape)}
        numbers |= {f"{name}[0, 0].numel()": math.prod(x.shape[2:])} if x.ndim > 3 else {}
    return numbers


def _short(code: str) -> str:
    return code if len(code) <= LONGEST else f"{code[:LONGEST // 2]} ... {code[-LONGEST // 2:]}"


def _axes(axes: list[int]) -> str:
    return f"ax{'e' if len(axes) > 1 else 'i'}s {_and(axes)}"


def _and(numbers: list[int]) -> str:
    return listed([*map(str, numbers)])
