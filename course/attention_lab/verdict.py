"""From observations to a verdict: what was checked, what failed, which sentence leads, how many points.

`judge` is given a function that asks the learner's code a question; the visible check asks in the same process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from . import fingerprint, values
from .compare import RELATIVE, Difference, close, difference_of_numbers, explain, kind_of, scales, tolerance
from .recorded import Case, Exercise, Mistake
from .transfer import canonical

Observation = tuple[dict, dict[str, Tensor]]
Ask = Callable[[dict, dict[str, Tensor]], Observation]

# What each check is worth in an exercise that has it, and what a green line says of it. Without a right output the rest is
# worth nothing: an empty function leaves its input untouched too.
SHARES = {"output": 4, "gradients": 3, "memory": 3, "state": 1, "dtype": 1, "input": 1, "errors": 1}
VERIFIED = {"output": "output", "gradients": "gradients", "memory": "memory stays within the limit",
            "state": "nothing is kept from call to call", "dtype": "dtype followed", "input": "input untouched",
            "errors": "impossible arguments refused"}


NO_GRADIENT = ("no gradient arrives: it is not used, or a `detach()`, `.data`, `no_grad()` or a conversion to plain numbers cuts "
               "the graph.")
NOT_COMPARED = "not compared: the output differs"


@dataclass(frozen=True)
class Check:
    """One line of a report. outcome: passed, failed, error or timeout."""

    name: str
    outcome: str
    message: str = ""


@dataclass
class Verdict:
    """mistake: the id of the catalogued mistake or None. headline: the sentence that leads. specific: it points at the fault.

    evidence: what was seen (input, expected, got). where: where to look.
    """

    exercise: str
    points: float
    max_points: float
    checks: list[Check]
    headline: str
    evidence: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    mistake: str | None = None
    specific: bool = True
    started: bool = True
    shown: tuple[Tensor, Tensor] | None = None  # (got, expected) of the first output that differs, for a picture


def judge(exercise: Exercise, ask: Ask) -> Verdict:
    """Ask every question of `exercise` and decide. Never raises what the learner's code raises."""
    scale = scales([case.expected_tensors for case in exercise.cases])
    choices, observed = _placed(exercise, ask, scale)
    for header, _ in observed:
        if header["raised"] and header["raised"]["not_implemented"]:
            return _unwritten(exercise, header["raised"]["place"])
    found = [differences(case, observation, scale) for case, observation in zip(exercise.cases, observed)]
    if not any(found):
        return Verdict(exercise.name, exercise.points, exercise.points, [Check(a, "passed") for a in aspects(exercise)],
                       _green(exercise))
    return _red(exercise, observed, found, scale, lambda i, question: ask({**question, "choice": choices[i]}, exercise.cases[i].tensors))


def aspects(exercise: Exercise) -> list[str]:
    """The checks that an exercise has, in the order of SHARES."""
    has = {case.aspect for case in exercise.cases} | {"output"}
    for case in exercise.cases:
        has |= {"gradients"} if any(n.startswith("grad.") for n in case.expected_tensors) else set()
        has |= {"input"} if any(n.startswith("input.") for n in case.tensors) else set()
        has |= {"dtype"} if any(n.startswith("output") for n in case.expected_tensors) else set()
        has |= {"state"} if any(n.startswith("buffer.") for n in case.expected_tensors) else set()
        has |= {"memory"} if case.limit is not None else set()
    return [aspect for aspect in SHARES if aspect in has]


def _unwritten(exercise: Exercise, place: str | None) -> Verdict:
    earlier = place in exercise.uses
    what = f"`{place}`, an earlier exercise that this one uses, is not implemented" if earlier else "Not implemented"
    return Verdict(exercise.name, 0.0, exercise.points, [Check(a, "failed", "not implemented yet") for a in aspects(exercise)],
                   f"{what} yet: write the code where {'its' if earlier else 'the'} cell says so, run it, then run this check again.",
                   started=False)


def _placed(exercise: Exercise, ask: Ask, scale: dict[str, float]) -> tuple[list[int], list[Observation]]:
    """Every case's answer, with the placement of the weights that reproduces the reference on the first case, or comes closest. Where another case leaves other doubts (a reduction of 1 makes more shapes equal), it is asked anew."""
    choices, observed = [], []
    for case in exercise.cases:
        choice = choices[0] if choices else 0
        answer = ask({**case.question, "choice": choice}, case.tensors)
        count = answer[0]["placements"]
        lost = observed and differences(exercise.cases[0], observed[0], scale)
        if count > 1 and not lost and (not observed or count != observed[0][0]["placements"]) and differences(case, answer, scale):
            choice, answer = _search(case, ask, scale, count)
        choices.append(choice)
        observed.append(answer)
    return choices, observed


def _search(case: Case, ask: Ask, scale: dict[str, float], count: int) -> tuple[int, Observation]:
    """The first placement that reproduces the reference, or the one with the fewest wrong outputs."""
    best, fewest = 0, None
    for choice in range(count):
        question = {**case.question, "choice": choice}
        header, tensors = ask({**question, "gradients": False, "trace": False}, case.tensors)
        if header["raised"] or header["unplaced"]:
            continue
        wrong = len(_output_differences(case, header, tensors, scale))
        if not wrong and not differences(case, answer := ask(question, case.tensors), scale):
            return choice, answer
        if fewest is None or wrong < fewest:
            best, fewest = choice, wrong
    return best, ask({**case.question, "choice": best}, case.tensors)


def differences(case: Case, observation: Observation, scale: dict[str, float]) -> list[Difference]:
    """Everything in which an observation differs from what the case expects, the most telling first."""
    header, tensors = observation
    if case.expected["raised"]:
        return _error_differences(case, header)
    if header["unplaced"]:
        return [Difference(case.aspect, "parameters", _unplaced(header))]
    changed = [Difference("input", f"input `{_input(case, path)}`", "your code changes it in place; compute a new tensor instead "
                          "(no `*=`, `.data`, `[...] =` or `..._()` on it).") for path in header["changed"]]
    if header["raised"] and header["raised"]["stage"] != "gradients":
        return changed + [Difference(case.aspect, "crash", _crash(header["raised"]))]
    found = changed + _output_differences(case, header, tensors, scale)
    if header["raised"]:
        return found + [Difference("gradients", "crash", _crash(header["raised"]))]
    wrong_output = any(d.where.startswith("output") and d.aspect == case.aspect for d in found)
    comparable = all(name in tensors and tensors[name].shape == t.shape  # gradients are taken of outputs of the right shape only
                     for name, t in case.expected_tensors.items() if name.startswith("output"))
    coarse = any(d.aspect == "dtype" for d in found)  # a float32 output has gradients of few digits: one mistake, told once
    for name, expected in case.expected_tensors.items():
        if name.startswith("grad."):
            difference = _tensor(case, name, expected, tensors.get(name), scale, coarse)
            if difference and comparable and (name not in tensors or not wrong_output):
                found.append(difference)
        elif name.startswith("buffer.") and not wrong_output:
            difference = _tensor(case, name, expected, tensors.get(name), scale)
            found += [difference] if difference else []
    if case.limit is not None and header["largest"] and header["largest"]["elements"] >= case.limit:
        largest = header["largest"]
        found.append(Difference("memory", "largest tensor", f"`{largest['operation']}` makes a tensor of {largest['elements']:,} elements, "
                                f"shape {tuple(largest['shape'])}; {case.limit:,} or more are not allowed here."))
    return found


def _output_differences(case: Case, header: dict, tensors: dict[str, Tensor], scale: dict[str, float]) -> list[Difference]:
    wanted, got = values.leaves(case.expected["output"]), values.leaves(header["output"])
    if [path for path, _ in wanted] != [path for path, _ in got]:
        return [Difference(case.aspect, *_nesting(case.expected["output"], header["output"]))]
    found = []
    for (path, expected), (_, mine) in zip(wanted, got):
        where = _output(path)
        tensor = isinstance(expected, dict) and "tensor" in expected
        if mine is None and expected is not None or tensor and not (isinstance(mine, dict) and "tensor" in mine):
            found.append(Difference(case.aspect, *_nesting(expected, mine, path)))
        elif tensor:
            difference = _tensor(case, expected["tensor"], case.expected_tensors[expected["tensor"]], tensors[mine["tensor"]], scale)
            found += [difference] if difference else []
        else:
            if isinstance(mine, dict) and "tensor" in mine and tensors[mine["tensor"]].numel() == 1:
                mine = tensors[mine["tensor"]].item()  # a number is a number, in a tensor of one element too
            message = difference_of_numbers(mine, expected)
            found += [Difference(case.aspect, where, message, specific=False)] if message else []
    return found


def _nesting(expected: Any, got: Any, path: str = "") -> tuple[str, str]:
    """Where two nodes begin to differ in what they hold, and what they are there."""
    wanted, mine = values.items(expected), values.items(got)
    if wanted is not None and mine is not None and [key for key, _ in wanted] == [key for key, _ in mine]:
        for (key, a), (_, b) in zip(wanted, mine):
            if [p for p, _ in values.leaves(a)] != [p for p, _ in values.leaves(b)]:
                return _nesting(a, b, f"{path}.{key}".lstrip("."))
    forgotten = " Is a `return` missing?" if got is None and not path else ""
    return _output(path), f"Expected {values.structure(expected)}, got {values.structure(got)}.{forgotten}"


def _output(path: str) -> str:
    return "output" + "".join(f"[{part if part.isdigit() else repr(part)}]" for part in path.split(".") if part)


def _tensor(case: Case, name: str, expected: Tensor, got: Tensor | None, scale: dict[str, float],
            coarse: bool = False) -> Difference | None:
    """The difference in one output, gradient or buffer. coarse: as many digits as a float32 has are enough."""
    gradient, where = name.startswith("grad."), _title(case, name)
    aspect = "gradients" if gradient else "state" if name.startswith("buffer.") else case.aspect
    dtype = "float32" if coarse else case.question["dtype"]
    within = tolerance(expected, scale.get(kind_of(name), 0.0), dtype)
    if got is None:
        if gradient and close(expected, torch.zeros_like(expected), within):
            return None  # no gradient where it is zero anyway
        return Difference(aspect, where, NO_GRADIENT if gradient else "there is no such buffer.")
    inputs = {} if gradient else _inputs(case)
    if got.dtype != expected.dtype:
        both = f"its dtype is {got.dtype}, expected {expected.dtype}"
        digits = max(RELATIVE["float32"], 16 * torch.finfo(got.dtype).eps) if got.is_floating_point() else RELATIVE[dtype]
        if not close(got, expected, within / RELATIVE[dtype] * digits):
            return Difference(aspect, where, f"{explain(got, expected, within, inputs)[0]} And {both}.")
        follow = ": follow the input's dtype (and device) instead of making tensors of a fixed one."
        return Difference("dtype", where, both + (follow if inputs and expected.is_floating_point() else "; the numbers are right."))
    if close(got, expected, within):
        return None
    message, specific = explain(got, expected, within, inputs)
    return Difference(aspect, where, message, specific)


def _inputs(case: Case) -> dict[str, Tensor]:
    """The floating-point tensors among the arguments, as the learner calls them."""
    arguments = {f"input.{i}": node for i, node in enumerate(case.question["args"])}
    arguments.update({f"input.{key}": node for key, node in case.question["kwargs"].items()})
    named = {_input(case, ".".join(filter(None, (name, path)))): leaf["tensor"] for name, node in arguments.items()
             for path, leaf in values.leaves(node) if isinstance(leaf, dict) and "tensor" in leaf}
    return {name: case.tensors[tensor] for name, tensor in named.items() if case.tensors[tensor].is_floating_point()}


def _error_differences(case: Case, header: dict) -> list[Difference]:
    raised = header["raised"]
    if raised is None:
        return [Difference(case.aspect, "arguments", "no ValueError is raised; raise one"
                           + (f" whose message names {_and(case.mentions)}." if case.mentions else "."))]
    if not raised["value_error"]:
        return [Difference(case.aspect, "arguments", f"your code raises {raised['type']} ({raised['message'] or 'without a message'}); "
                           "raise a ValueError, so that callers can tell it from a bug.")]
    if not set(case.mentions) <= set(raised["numbers"]):
        return [Difference(case.aspect, "arguments", f"the ValueError says {raised['message']!r}; name "
                           f"{_and(case.mentions)} in it, so that its reader knows what to change.")]
    return []


def _and(numbers: list[int]) -> str:
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last


def _unplaced(header: dict) -> str:
    """Parameters that do not fit the contract, told as what is missing and what is too many."""
    parts, unplaced = [], header["unplaced"]
    listed = lambda spec: ", ".join(f"`{name}` {tuple(shape)}" for name, shape in spec)  # noqa: E731
    if unplaced["hidden"] and unplaced["missing"]:
        names = ", ".join(f"`self.{name}`" for name in unplaced["hidden"])
        parts.append(f"{names} is a plain Python container: torch does not see the layers in it, so no optimiser would train them. "
                     "Make each layer an attribute of its own (or use nn.ModuleList).")
    if unplaced["extra"] and not unplaced["missing"] and all(name.rpartition(".")[2] == "bias" for name, _ in unplaced["extra"]):
        parts.append(f"your layers have biases that the exercise's have not: {listed(unplaced['extra'])}. Pass bias=False.")
    else:
        parts += [f"missing: {listed(unplaced['missing'])}."] if unplaced["missing"] else []
        parts += [f"not expected: {listed(unplaced['extra'])}."] if unplaced["extra"] else []
    return "The parameters are not the ones that the exercise asks for: " + " ".join(parts)


def _crash(raised: dict) -> str:
    during = {"construct": "while it was built", "call": "when it was called", "gradients": "in the backward pass"}[raised["stage"]]
    text = f"{raised['type']} {during}" + (f": {raised['message']}" if raised["message"] else ", without a message")
    if raised["line"]:
        text += f"\nin your line: {raised['line']}"
        text += "".join(f"\n    {name}: {value}" for name, value in raised["operands"])
    return text


def _input(case: Case, path: str) -> str:
    """`input.0.1` as the learner calls it: `x[1]`."""
    first, *rest = path.removeprefix("input.").split(".")
    name = case.inputs[int(first)] if first.isdigit() and int(first) < len(case.inputs) else first
    return name + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in rest)


def _title(case: Case, name: str) -> str:
    if name.startswith("grad.input."):
        return f"gradient of `{_input(case, name.removeprefix('grad.'))}`"
    if name.startswith("grad."):
        return f"gradient of `{name.removeprefix('grad.').removeprefix('param.')}`"
    return _output(name.removeprefix("output").lstrip(".")) if name.startswith("output") else name.replace("buffer.", "buffer ")


def _green(exercise: Exercise) -> str:
    """What was verified, in one line."""
    has = aspects(exercise)
    compared = [case for case in exercise.cases if not case.expected["raised"]]
    what = "Output and gradients equal" if "gradients" in has else "Output equals"
    kept = any(case.question["earlier"] for case in compared)
    verified = {**VERIFIED, "state": VERIFIED["state"] if kept else "running statistics too"}
    rest = [verified[aspect] for aspect in has if aspect not in ("output", "gradients")]
    return f"{what} the reference on {len(compared)} input{'s' if len(compared) > 1 else ''}" + "".join(f"; {text}" for text in rest) + "."


def _red(exercise: Exercise, observed: list[Observation], found: list[list[Difference]], scale: dict[str, float],
         ask: Callable[[int, dict], Observation]) -> Verdict:
    checks = _checks(exercise, found)
    passed = {check.name for check in checks if check.outcome == "passed"}
    total = sum(SHARES[check.name] for check in checks)
    share = sum(SHARES[name] for name in passed) / total if "output" in passed else 0.0
    points = int(exercise.points * share * 20) / 20  # rounded down to a twentieth: what is missing is missing
    verdict = Verdict(exercise.name, points, exercise.points, checks, "")
    index = _leading(exercise, found)
    case, difference = exercise.cases[index], _worst(found[index])
    mistake = _recognise(exercise, observed, found, scale, index)
    wrong_numbers = difference.aspect == case.aspect and difference.where.startswith("output")
    trace = _first_submodule(case, observed[index], scale) if wrong_numbers else None
    if mistake:
        verdict.mistake, verdict.headline = mistake.id, mistake.sentence
    else:
        verdict.headline, verdict.specific = _headline(exercise, found, index, difference, trace, ask, scale)
    verdict.evidence = [f"With {case.label}:"]
    verdict.evidence += [f"{d.where}: {d.message}" for d in _best_first(found[index])[:2] if d.message not in verdict.headline]
    if len(verdict.evidence) == 1:
        verdict.evidence = [f"Seen with {case.label}."]
    others = [c.label for c, ds in zip(exercise.cases, found) if ds and c is not case]
    right = [c.label for c, ds in zip(exercise.cases, found) if not ds]
    for word, labels in (("Also wrong", others), ("Right", right)):
        if labels:
            verdict.evidence.append(f"{word} with {'; '.join(labels[:3])}{f'; and {len(labels) - 3} more' if len(labels) > 3 else ''}.")
    if found[0] and (count := observed[0][0]["placements"]) > 1:
        verdict.evidence.append(f"Your layers have other names than the exercise's and several are alike: with none of the {count} ways "
                                "to hand out the weights is all right; what is said here holds for one of them.")
    verdict.where = [trace] if trace and trace not in verdict.headline else []
    verdict.shown = _picture(case, observed[index])
    return verdict


def _checks(exercise: Exercise, found: list[list[Difference]]) -> list[Check]:
    """One check an aspect; what could not be compared because the output is wrong has failed too."""
    messages: dict[str, str] = {}
    for case, ds in zip(exercise.cases, found):
        for d in ds:
            messages.setdefault(d.aspect, f"With {case.label}: {d.where}: {d.message}")
    if "output" in messages:
        for aspect in ("gradients", "dtype", "state"):
            messages.setdefault(aspect, NOT_COMPARED)
    return [Check(a, "failed" if a in messages else "passed", messages.get(a, "")) for a in aspects(exercise)]


def _best_first(found: list[Difference]) -> list[Difference]:
    order = ["input", *(aspect for aspect in SHARES if aspect != "input")]  # a changed input explains all that follows
    return sorted(found, key=lambda d: (d.where == "crash" and len(found) > 1, not d.specific, d.message != NO_GRADIENT,
                                        order.index(d.aspect)))


def _worst(found: list[Difference]) -> Difference:
    return _best_first(found)[0]


def _leading(exercise: Exercise, found: list[list[Difference]]) -> int:
    """The failing case to show: a wrong output before a wrong gradient before the rest, and where something specific is seen."""
    rank = {aspect: i for i, aspect in enumerate(SHARES)}
    failing = [i for i, ds in enumerate(found) if ds]
    return min(failing, key=lambda i: (min(rank[d.aspect] for d in found[i]), not any(d.specific for d in found[i]), i))


def _headline(exercise: Exercise, found: list[list[Difference]], index: int, difference: Difference, trace: str | None,
              ask: Callable[[int, dict], Observation], scale: dict[str, float]) -> tuple[str, bool]:
    """The most useful sentence where no catalogued mistake fits, and whether it points at the fault."""
    case = exercise.cases[index]
    if case.question["earlier"] and not differences(case, ask(index, {**case.question, "earlier": None}), scale):
        return "A first call is right, a second one on the same module is wrong: something is kept from call to call.", True
    values_cases = [i for i, c in enumerate(exercise.cases) if not c.expected["raised"]]
    wrong = [i for i in values_cases if found[i]]
    if not difference.specific and trace:
        return trace, True
    lead = f"{difference.where[0].upper()}{difference.where[1:]}: {difference.message}"
    if difference.where == "crash":
        lead = "Your code stops with an error: " + difference.message.split("\n")[0]
    if difference.where == "parameters":
        lead = difference.message
    if wrong and len(wrong) <= len(values_cases) // 2 and index in wrong:
        lead = f"Right on {len(values_cases) - len(wrong)} of {len(values_cases)} inputs, wrong with {case.label}. {lead}"
        return lead, True
    if case.expected["raised"]:
        lead = f"With {case.label}: {difference.message}"
    return lead, difference.specific


def _recognise(exercise: Exercise, observed: list[Observation], found: list[list[Difference]], scale: dict[str, float],
               leading: int) -> Mistake | None:
    """The catalogued mistake whose whole observation is this one; or, where several mistakes were made at once, the one that
    explains the leading case, and of the others most, completely."""
    prints = [fingerprint.fingerprint(*o, case.mentions) for case, o in zip(exercise.cases, observed)]
    zero = [fingerprint.row_scales(o[1], scale) for o in observed]
    honest = [fingerprint.fingerprint(case.expected, case.expected_tensors, case.mentions) for case in exercise.cases]
    failing = {i for i, ds in enumerate(found) if ds}
    best, most = None, 0
    for mistake in exercise.mistakes:
        theirs = {i for i, p in enumerate(mistake.fingerprints)
                  if not fingerprint.same(p, honest[i], fingerprint.row_scales(exercise.cases[i].expected_tensors, scale))}
        if leading in theirs <= failing and len(theirs) > most and all(fingerprint.same(prints[i], mistake.fingerprints[i], zero[i]) for i in theirs):
            best, most = mistake, len(theirs)
    return best


def _first_submodule(case: Case, observation: Observation, scale: dict[str, float]) -> str | None:
    """Where along the named sub-modules the difference begins, in one sentence; None where that cannot be said for sure."""
    header, tensors = observation
    mine = dict(map(tuple, header["trace"]))
    agreed = []
    for name, expected in case.expected["trace"]:
        if name not in mine:
            continue
        for side, verb in (("received", "receives"), ("gave", "gives")):
            wanted = [leaf["tensor"] for _, leaf in values.leaves(expected[side]) if isinstance(leaf, dict) and "tensor" in leaf]
            got = [leaf["tensor"] for _, leaf in values.leaves(mine[name][side]) if isinstance(leaf, dict) and "tensor" in leaf]
            for w, g in zip(wanted, got):
                a, b = tensors[g], case.expected_tensors[w]
                within = tolerance(b, scale.get(side, 0.0), case.question["dtype"])
                if a.numel() != b.numel():
                    return None  # called for one image at a time, or for two inputs at once: perhaps rightly
                if not close(a.flatten().sort().values, b.flatten().sort().values, within):
                    before = f"`{agreed[-1]}` agrees; " if agreed else ""
                    same_shape = a.reshape(b.shape) if canonical(a.shape) == canonical(b.shape) else a
                    return f"{before}{'the' if before else 'The'} first difference is what `{name}` {verb}: {explain(same_shape, b, within)[0]}"
        agreed.append(name)
    again = any(entry.get("again") for _, entry in case.expected["trace"])
    if agreed and not again and header["raised"] is None and len(agreed) == len(case.expected["trace"]):
        return f"{' and '.join(f'`{n}`' for n in agreed[-2:])} agree{'s' if len(agreed) == 1 else ''}; what you do with the result differs."
    return None


def _picture(case: Case, observation: Observation) -> tuple[Tensor, Tensor] | None:
    for _, leaf in values.leaves(case.expected["output"]):
        if isinstance(leaf, dict) and "tensor" in leaf and leaf["tensor"] in observation[1]:
            return observation[1][leaf["tensor"]], case.expected_tensors[leaf["tensor"]]
    return None
