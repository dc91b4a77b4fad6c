"""Lists everything in which an observation differs from what a case expects, with the learner's own names."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ..ask.observe import NotAModule
from ..ask.probes import dropout, memory
from ..facts import facts, wording
from ..facts.compare import FEW_DIGITS, RELATIVE, close, difference_of_values, explain, kind_of, largest, tolerance
from ..facts.facts import Fact
from ..form import values
from ..form.protocol import Answer, Observation, Raised, Unplaced
from ..known.recorded import RecordedCase

PROBES = (dropout, memory)


class Difference:
    """One difference.

    check: the check that fails (a key of verdict.SHARES).
    where: the tensor, by the learner's own name.
    reason: the facts, or a function that returns them. A function saves time, because it takes long to find out how two
        tensors are related, and only a few differences are shown.
    reveal: whether the message may hold expected numbers.
    """

    def __init__(self, check: str, where: str, reason: Fact | tuple[Fact, ...] | Callable[[], tuple[Fact, ...]]):
        self.check, self.where, self.reveal = check, where, True
        self._reason = reason

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """The facts, with the most telling one first."""
        reason = self._reason() if callable(self._reason) else self._reason
        return reason if isinstance(reason, tuple) else (reason,)

    @cached_property
    def message(self) -> str:
        return wording.words(self.facts, self.reveal)

    @property
    def place(self) -> str:
        """Where it is, as a report says it. A key of several words, as trials have them, is said without brackets."""
        return in_words(self.where)

    @property
    def specific(self) -> bool:
        """Whether it points at the mistake, or says only that numbers differ."""
        return self.facts[0].specific

    def of(self, check: str) -> Difference:
        """Returns the same difference for another check."""
        return self._like(Difference(check, self.where, lambda: self.facts))

    def with_fact(self, fact: Fact) -> Difference:
        """Returns the same difference with a fact that says more."""
        return self._like(Difference(self.check, self.where, fact))

    def _like(self, other: Difference) -> Difference:
        other.reveal = self.reveal
        return other


def differences(case: RecordedCase, observation: Answer, scale: dict[str, float]) -> list[Difference]:
    """Returns everything in which an observation differs from what the case expects. Inputs that were changed in place
    come first, then outputs."""
    found = _left_behind(case, observation[0]) if case.question.device != "cpu" else []
    if not found:
        found = _differences(case, observation, scale)
    for difference in found:
        difference.reveal = not case.secret
    return found


def _differences(case: RecordedCase, observation: Answer, scale: dict[str, float]) -> list[Difference]:
    header, tensors = observation
    if case.expected.raised:
        return _error_differences(case, header)
    if header.unplaced:
        return [Difference(case.check, "parameters", _unplaced_fact(header.unplaced, header))]
    changed = [Difference("input", f"input `{_input(case, path)}`", facts.InputChanged(lent(case).get(path, "tensor")))
               for path in header.changed]
    if header.raised and header.raised.stage != "gradients":
        return changed + [_crash(case, header.raised)]
    found = changed + of_output(case, header, tensors, scale)
    if header.raised:
        check = "gradients" if case.question.gradients else case.check
        return found + [Difference(check, "crash", facts.Crashed(header.raised))]
    for probe in PROBES:
        found += [Difference(*each) for each in probe.differences(case, header)]
    found += [Difference("calls", f"input `{_input(case, path)}`", facts.CalledTooOften(header.called[path], times))
              for path, times in case.expected.called.items() if header.called.get(path, 0) > times]
    wrong_output = any(d.where.startswith("output") and d.check == case.check for d in found)
    # gradients are computed only for outputs of the right shape
    comparable = all(name in tensors and tensors[name].shape == t.shape
                     for name, t in case.expected_tensors.items() if name.startswith("output"))
    # a float32 output has gradients with few digits: this is one mistake, reported once
    coarse = _rounded(header) or any(d.check == "dtype" for d in found)
    for name, expected in case.expected_tensors.items():
        if name.startswith("grad."):
            difference = _tensor(case, name, expected, tensors.get(name), scale, coarse)
            if difference and name not in tensors:
                difference = Difference("gradients", difference.where,
                                        facts.NoGradient((name,), right=not wrong_output))
            if difference and comparable and (name not in tensors or not wrong_output):
                found.append(difference)
        elif name.startswith("buffer.") and not wrong_output:
            difference = _tensor(case, name, expected, tensors.get(name), scale)
            found += [difference] if difference else []
    missing = {_title(case, name): name for name in case.expected_tensors
               if name.startswith("grad.") and name not in tensors}
    lost = [d.where for d in found if d.where in missing]
    if len(lost) > 1:  # one cause, told once
        found = [d for d in found if d.where not in missing]
        listed = ", ".join(where.removeprefix("gradient of ") for where in lost[:3])
        listed += f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        fact = facts.NoGradient(tuple(missing[where] for where in lost), right=not wrong_output)
        found.append(Difference("gradients", f"gradients of {listed}", fact))
    return found


def _left_behind(case: RecordedCase, header: Observation) -> list[Difference]:
    """Returns the differences of tensors that were not moved to the other device."""
    raised, asked = header.raised, case.question.device
    if header.mixed:
        return [Difference(case.check, "device", facts.DevicesMixed(header.mixed, asked, first_input(case)))]
    if header.unplaced:
        return [Difference(case.check, "parameters", _unplaced_fact(header.unplaced, header))]
    if raised and asked != "meta":
        return []  # the CPU's case already reports it
    if raised and raised.stage != "gradients":
        return [_crash(case, raised)]
    wanted, got = (values.leaves(side.output) for side in (case.expected, header))
    if [path for path, _ in wanted] != [path for path, _ in got]:
        return [Difference(case.check, *_nesting(case.expected.output, header.output))]
    found: list[Difference] = []
    fact: Fact | None
    for name, expected in sorted(case.expected.devices.items(), key=lambda item: item[0].startswith("grad.")):
        mine, where = header.devices.get(name), _title(case, name)
        if name.startswith("grad.") and (found or raised):
            break
        check, fact = case.check, None
        if mine is None:
            check, fact = (
                ("gradients", facts.NoGradient()) if name.startswith("grad.") else (case.check, facts.NotATensor())
            )
        elif not is_on(mine.device, asked):
            fact = facts.OnOtherDevice(mine.device, asked, first_input(case))
        elif mine.shape != expected.shape:
            fact = facts.ShapeOnDevice(tuple(expected.shape), tuple(mine.shape), asked)
        elif mine.dtype != expected.dtype:
            check, fact = "dtype", facts.DtypeOnDevice(expected.dtype, mine.dtype, asked)
        found += [Difference(check, where, fact)] if fact else []
    return found or ([_crash(case, raised)] if raised else [])


def is_on(found: str, asked: str) -> bool:
    """Says whether a tensor on `found` is where it was asked to be. `cuda` is any GPU, `cuda:1` only that one."""
    return found == asked or found.partition(":")[0] == asked


def first_input(case: RecordedCase) -> str:
    return next(iter(inputs_of(case)), "x")


def of_output(case: RecordedCase, header: Observation, tensors: dict[str, Tensor],
              scale: dict[str, float]) -> list[Difference]:
    wanted, got = values.leaves(case.expected.output), values.leaves(header.output)
    if [path for path, _ in wanted] != [path for path, _ in got]:
        return [Difference(case.check, *_nesting(case.expected.output, header.output))]
    found = []
    for (path, expected), (_, mine) in zip(wanted, got):
        where = _output(path)
        tensor = isinstance(expected, dict) and "tensor" in expected
        if mine is None and expected is not None or tensor and not (isinstance(mine, dict) and "tensor" in mine):
            found.append(Difference(case.check, *_nesting(expected, mine, path)))
        elif tensor:
            difference = _tensor(case, expected["tensor"], case.expected_tensors[expected["tensor"]],
                                 tensors[mine["tensor"]], scale, rounded=_rounded(header))
            found += [_or_other_output(case, difference, tensors[mine["tensor"]])] if difference else []
        else:
            fact: Fact | None = None
            if isinstance(mine, dict) and "tensor" in mine and tensors[mine["tensor"]].numel() == 1:
                number = tensors[mine["tensor"]]
                # a number is a number, in a tensor of one element too, unless the page asks for an int
                mine = number.item()
                fact = (
                    facts.NotAnInt(expected, number)
                    if case.integer and mine == expected and isinstance(expected, int)
                    else None
                )
            fact = fact or difference_of_values(mine, expected, case.integer)
            found += [Difference(case.check, where, fact)] if fact else []
    return found


def _rounded(header: Observation) -> bool:
    """Says whether a tensor took part that had been rounded to float32 before the question was asked."""
    return header.narrow is not None and header.narrow.outside


def _or_other_output(case: RecordedCase, difference: Difference, got: Tensor) -> Difference:
    """Returns the difference, or the fact that this is another one of the outputs."""
    others = {name: t for name, t in case.expected_tensors.items() if name.startswith("output") and t.numel() > 1}
    for name, other in others.items():
        if got.dtype == other.dtype and close(got, other, tolerance(largest(other), 0.0, case.question.dtype)):
            return Difference(difference.check, difference.where, facts.IsOtherOutput(in_words(_title(case, name))))
    return difference


def _nesting(expected: Any, got: Any, path: str = "") -> tuple[str, Fact]:
    """Returns where two nodes begin to differ in what they hold, and how."""
    wanted, mine = values.items(expected), values.items(got)
    if wanted is not None and mine is not None and [key for key, _ in wanted] == [key for key, _ in mine]:
        for (key, a), (_, b) in zip(wanted, mine):
            if [p for p, _ in values.leaves(a)] != [p for p, _ in values.leaves(b)]:
                return _nesting(a, b, f"{path}.{key}".lstrip("."))
    return _output(path), facts.WrongNesting(expected, got, nothing=got is None and not path)


def in_words(where: str) -> str:
    """Says `output['all gradients']['weight']` as "all gradients, `weight`"."""
    key = re.match(r"""output\[(['"])(\w.* .*?)\1\]""", where)
    if not key:
        return where
    rest = re.findall(r"\['?(.+?)'?\]", where[key.end():])
    return key[2] + (f", `{'.'.join(rest)}`" if rest else "")


def _output(path: str) -> str:
    return "output" + "".join(f"[{part if part.isdigit() else repr(part)}]" for part in path.split(".") if part)


def _tensor(case: RecordedCase, name: str, expected: Tensor, got: Tensor | None, scale: dict[str, float],
            coarse: bool = False, rounded: bool = False) -> Difference | None:
    """Returns the difference in one output, gradient or buffer.

    coarse: True if as many digits as a float32 has are enough.
    rounded: True if that holds where a number was rounded to float32, and everything else is exact.
    """
    gradient, where = name.startswith("grad."), _title(case, name)
    check = "gradients" if gradient else "state" if name.startswith("buffer.") else case.check
    dtype = "float32" if coarse else case.question.dtype
    within = tolerance(case.largest[name], scale.get(kind_of(name), 0.0), dtype)
    within = max(within, FEW_DIGITS * case.largest[name]) if rounded else within
    if got is None:
        if gradient and close(expected, torch.zeros_like(expected), within):
            return None  # no gradient where it is zero anyway
        return Difference(check, where, facts.NoGradient() if gradient else facts.NoBuffer())
    inputs = {} if gradient else inputs_of(case)
    if got.dtype != expected.dtype:
        coarser = (
            max(torch.finfo(t.dtype).eps for t in (got, expected) if t.is_floating_point())
            if got.is_floating_point()
            else 0.0
        )
        fewest = RELATIVE["float32"] if coarser else RELATIVE[dtype]
        right, near = (close(got, expected, within / RELATIVE[dtype] * digits)
                       for digits in (fewest, max(fewest, 16 * coarser)))
        # what a coarser dtype hides is not held against the numbers in words, but does not count as right either
        fact = facts.WrongDtype(str(expected.dtype), str(got.dtype),
                                () if near else explain(got, expected, within, inputs),
                                follows=bool(inputs) and expected.is_floating_point())
        return Difference("dtype" if right and not case.question.trial else check, where, fact)
    if close(got, expected, within):
        return None
    return Difference(check, where, lambda: explain(got, expected, within, inputs))


def inputs_of(case: RecordedCase) -> dict[str, Tensor]:
    """Returns the floating-point tensors among the arguments, by the learner's names."""
    arguments = {f"input.{i}": node for i, node in enumerate(case.question.args)}
    arguments.update({f"input.{key}": node for key, node in case.question.kwargs.items()})
    named = {_input(case, ".".join(filter(None, (name, path)))): leaf["tensor"] for name, node in arguments.items()
             for path, leaf in values.leaves(node) if isinstance(leaf, dict) and "tensor" in leaf}
    return {name: case.tensors[tensor] for name, tensor in named.items() if case.tensors[tensor].is_floating_point()}


def _error_differences(case: RecordedCase, header: Observation) -> list[Difference]:
    raised = header.raised
    fact: Fact | None = None
    if raised is None:
        fact = facts.NothingRaised(tuple(case.mentions))
    elif not raised.value_error:
        fact = facts.OtherErrorRaised(raised.type, raised.message)
    elif not set(case.mentions) <= set(raised.numbers):
        fact = facts.NumbersNotNamed(raised.message, tuple(case.mentions))
    return [Difference(case.check, "arguments", fact)] if fact else []


def _unplaced_fact(unplaced: Unplaced, header: Observation) -> Fact:
    missing, extra = (tuple((name, tuple(shape)) for name, shape in spec)
                      for spec in (unplaced.missing, unplaced.extra))
    return facts.Unplaced(missing, extra, tuple(unplaced.hidden), empty=not header.parameters)


def _crash(case: RecordedCase, raised: Raised) -> Difference:
    """Says that the learner's code raised an error, or is not a module at all."""
    if raised.type == NotAModule.__name__:
        return Difference(case.check, "class", facts.NotAModule(raised.message))
    return Difference(case.check, "crash", facts.Crashed(raised))


def lent(case: RecordedCase) -> dict[str, str]:
    """Returns the tensors, lists and dicts that a caller passes to a call, or to the constructor, and may use again:
    the kind of each, by its path."""
    question = case.question
    arguments = {f"input.{key}": node for key, node in [*enumerate(question.args), *question.kwargs.items()]}
    if question.construct:
        arguments |= {f"construct.{key}": node for key, node in [*enumerate(question.construct.args),
                                                                 *question.construct.kwargs.items()]}
    return {where: kind for path, node in arguments.items() for where, kind in values.lent(node, path)}


def _input(case: RecordedCase, path: str) -> str:
    """Returns the learner's name of an input: `x[1]` for `input.0.1`."""
    whole, _, path = path.partition(".")
    name, *rest = path.split(".")
    if name.isdigit() and whole == "construct":
        name = f"argument {int(name) + 1} of the constructor"
    elif name.isdigit() and int(name) < len(case.inputs):
        name = case.inputs[int(name)]
    return name + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in rest)


def _title(case: RecordedCase, name: str) -> str:
    if name.startswith("grad.input."):
        return f"gradient of `{_input(case, name.removeprefix('grad.'))}`"
    if name.startswith("grad."):
        return f"gradient of `{name.removeprefix('grad.').removeprefix('param.')}`"
    return (
        _output(name.removeprefix("output").lstrip("."))
        if name.startswith("output")
        else name.replace("buffer.", "buffer ")
    )
