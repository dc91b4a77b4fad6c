"""Everything in which an observation differs from what a case expects, each told as a learner would call it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from . import device as devices
from . import values
from .compare import RELATIVE, close, difference_of_numbers, explain, kind_of, largest, tolerance
from .observe import NotAModule
from .recorded import Case, Observation

NO_GRADIENT = ("no gradient arrives. Either the result does not depend on it, or a `detach()`, `.data`, `no_grad()` or a conversion to "
               "plain numbers cuts the graph.")

LISTED = 6  # parameters of another shape that are told one by one

# Why a tensor is too large (the `causes` of observe.LargestTensor).
UNCUT = (" Without a `dim`, or with dim=0, `split` and `chunk` cut along axis 0, the batch, which leaves all positions in one piece here: "
         "name the axis of the positions.")
FALLS_BACK = {
    "axes": "its arguments have fewer than four axes (make them (B, 1, N, C))",
    "width": "queries and keys have another width than the values (pad them with zeros)",
    "strides": "the numbers of a position do not lie side by side in memory, as behind a transpose or permute (add `.contiguous()`)",
}


class Difference:
    """aspect: the check that fails (a key of verdict.SHARES). where: the tensor, as a learner would call it.
    specific: does the message point at the fault, or does it only say that numbers differ?

    explain: gives message and specific where they are asked for, because few differences are told and to find words takes long.
    """

    def __init__(self, aspect: str, where: str, message: str = "", specific: bool = True,
                 explain: Callable[[], tuple[str, bool]] | None = None):
        self.aspect, self.where = aspect, where
        self._explain = explain or (lambda: (message, specific))

    @cached_property
    def _said(self) -> tuple[str, bool]:
        return self._explain()

    @property
    def message(self) -> str:
        return self._said[0]

    @property
    def specific(self) -> bool:
        return self._said[1]

    def of(self, aspect: str) -> Difference:
        """The same difference, put down to another check."""
        return Difference(aspect, self.where, explain=lambda: self._said)


def differences(case: Case, observation: Observation, scale: dict[str, float]) -> list[Difference]:
    """Everything in which an observation differs from what the case expects; what was changed in place first, then outputs."""
    if case.question["device"] == "cpu":
        return _differences(case, observation, scale)
    found = _left_behind(case, observation[0])
    return found if found or case.question["device"] == "meta" else _differences(case, observation, scale)


def _differences(case: Case, observation: Observation, scale: dict[str, float]) -> list[Difference]:
    header, tensors = observation
    if case.expected["raised"]:
        return _error_differences(case, header)
    if header["unplaced"]:
        return [Difference(case.aspect, "parameters", _unplaced(header))]
    changed = [Difference("input", f"input `{_input(case, path)}`", "your code changes it in place; compute a new tensor instead "
                          "(no `*=`, `.data`, `[...] =` or `..._()` on it).") for path in header["changed"]]
    if header["raised"] and header["raised"]["stage"] != "gradients":
        return changed + [_stopped(case, header["raised"])]
    found = changed + of_output(case, header, tensors, scale)
    if header["raised"]:
        return found + [Difference("gradients", "crash", _crash(header["raised"]))]
    if set(header["dropout"]) != set(case.expected["dropout"]):
        found.append(Difference(case.aspect, "dropout", _dropout(case, header["dropout"])))
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
    missing = {_title(case, name) for name in case.expected_tensors if name.startswith("grad.") and name not in tensors}
    lost = [d.where.removeprefix("gradient of ") for d in found if d.where in missing]
    if len(lost) > 1:  # one cause, told once
        found = [d for d in found if d.where not in missing]
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        found.append(Difference("gradients", f"gradients of {', '.join(lost[:3])}{more}", NO_GRADIENT))
    if case.limit is not None and header["largest"] and header["largest"]["elements"] >= case.limit:
        largest = header["largest"]
        found.append(Difference("memory", "largest tensor", f"`{largest['operation']}` makes a tensor of {largest['elements']:,} elements, "
                                f"shape {tuple(largest['shape'])}; {case.limit:,} or more are not allowed here."
                                + _why_so_large(largest["causes"])
                                + (f"\nin your line: {largest['line']}" if largest["line"] else "")))
    grown = header.get("grown")  # the judge's own entry
    if case.peak is not None and grown is not None and grown >= case.peak:
        found.append(Difference("memory", "peak memory", f"without gradients your code needs {grown / 2**20:.0f} MiB at its peak; "
                                f"less than {case.peak / 2**20:.0f} MiB are allowed."))
    return found


def _why_so_large(causes: list[str]) -> str:
    reasons = [FALLS_BACK[cause] for cause in causes if cause in FALLS_BACK]
    fused = f" On the CPU `scaled_dot_product_attention` builds the whole map here, because {', and because '.join(reasons)}."
    return (fused if reasons else "") + (UNCUT if "uncut" in causes else "")


def _left_behind(case: Case, header: dict) -> list[Difference]:
    """What did not follow to another device. On `meta` shapes are all there is; what needs numbers cannot be told there."""
    raised, asked = header["raised"], case.question["device"]
    if header["mixed"]:
        return [Difference(case.aspect, "device", _mixed(case, header["mixed"]))]
    if header["unplaced"]:
        return [Difference(case.aspect, "parameters", _unplaced(header))]
    if raised and (asked != "meta" or devices.needs_numbers(raised)):
        return []  # on a GPU it is told as on the CPU
    if raised and raised["stage"] != "gradients":
        return [_stopped(case, raised)]
    wanted, got = (values.leaves(side["output"]) for side in (case.expected, header))
    if [path for path, _ in wanted] != [path for path, _ in got]:
        return [Difference(case.aspect, *_nesting(case.expected["output"], header["output"]))]
    found = []
    for name, expected in sorted(case.expected["devices"].items(), key=lambda item: item[0].startswith("grad.")):
        mine, where = header["devices"].get(name), _title(case, name)
        if name.startswith("grad.") and (found or raised):
            break
        aspect = case.aspect
        if mine is None:
            aspect, message = ("gradients", NO_GRADIENT) if name.startswith("grad.") else (case.aspect, "it is no tensor.")
        elif not devices.is_on(mine["device"], asked):
            place = "the CPU" if mine["device"] == "cpu" else mine["device"]
            message = f"it is on {place}, its input is on {_elsewhere(asked)}: make new tensors with `device={_first_input(case)}.device`."
        elif mine["shape"] != expected["shape"]:
            message = f"on {_elsewhere(asked)} expected shape {tuple(expected['shape'])}, got {tuple(mine['shape'])}."
        elif mine["dtype"] != expected["dtype"]:
            aspect, message = "dtype", f"on {_elsewhere(asked)} its dtype is {mine['dtype']}, expected {expected['dtype']}."
        else:
            continue
        found.append(Difference(aspect, where, message))
    return found or ([_stopped(case, raised)] if raised else [])


def _elsewhere(asked: str) -> str:
    return "the GPU" if asked.startswith("cuda") else "another device"


def _first_input(case: Case) -> str:
    return next(iter(_inputs(case)), "x")


def _mixed(case: Case, mixed: dict) -> str:
    shape = f", shape {tuple(mixed['shapes'][0])}" if mixed["shapes"] else ""
    line = f"\nin your line: {mixed['line']}" if mixed["line"] else ""
    return (f"`{mixed['operation']}` mixes a tensor on {_elsewhere(case.question['device'])} with one that stayed on the CPU{shape}: "
            f"register it as a buffer, or make it with `device={_first_input(case)}.device`.{line}")


def of_output(case: Case, header: dict, tensors: dict[str, Tensor], scale: dict[str, float]) -> list[Difference]:
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
            found += [_exchanged(case, difference, tensors[mine["tensor"]])] if difference else []
        else:
            if isinstance(mine, dict) and "tensor" in mine and tensors[mine["tensor"]].numel() == 1:
                mine = tensors[mine["tensor"]].item()  # a number is a number, in a tensor of one element too
            message = difference_of_numbers(mine, expected, case.integer, case.secret)
            found += [Difference(case.aspect, where, message, specific=False)] if message else []
    return found


def _exchanged(case: Case, difference: Difference, got: Tensor) -> Difference:
    """The difference, or that it is the one of two outputs in the place of the other."""
    others = {name: t for name, t in case.expected_tensors.items() if name.startswith("output") and t.numel() > 1}
    for name, other in others.items():
        if got.dtype == other.dtype and close(got, other, tolerance(largest(other), 0.0, case.question["dtype"])):
            return Difference(difference.aspect, difference.where, f"it is what {_title(case, name)} should be.")
    return difference


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
    within = tolerance(case.largest[name], scale.get(kind_of(name), 0.0), dtype)
    if got is None:
        if gradient and close(expected, torch.zeros_like(expected), within):
            return None  # no gradient where it is zero anyway
        return Difference(aspect, where, NO_GRADIENT if gradient else "there is no such buffer.")
    inputs = {} if gradient else _inputs(case)
    if got.dtype != expected.dtype:
        both = f"its dtype is {got.dtype}, expected {expected.dtype}"
        digits = max(RELATIVE["float32"], 16 * torch.finfo(got.dtype).eps) if got.is_floating_point() else RELATIVE[dtype]
        if not close(got, expected, within / RELATIVE[dtype] * digits):
            message = explain(got, expected, within, inputs, case.secret)[0]
            return Difference(aspect, where, f"{both}. {message[0].upper()}{message[1:]}")
        follow = ": follow the input's dtype (and device) instead of making tensors of a fixed one."
        return Difference("dtype", where, both + (follow if inputs and expected.is_floating_point() else "; the numbers are right."))
    if close(got, expected, within):
        return None
    return Difference(aspect, where, explain=lambda: explain(got, expected, within, inputs, case.secret))


def _inputs(case: Case) -> dict[str, Tensor]:
    """The floating-point tensors among the arguments, as the learner calls them."""
    arguments = {f"input.{i}": node for i, node in enumerate(case.question["args"])}
    arguments.update({f"input.{key}": node for key, node in case.question["kwargs"].items()})
    named = {_input(case, ".".join(filter(None, (name, path)))): leaf["tensor"] for name, node in arguments.items()
             for path, leaf in values.leaves(node) if isinstance(leaf, dict) and "tensor" in leaf}
    return {name: case.tensors[tensor] for name, tensor in named.items() if case.tensors[tensor].is_floating_point()}


def _dropout(case: Case, active: list[float]) -> str:
    """Dropout lets everything through in a check, so it is compared by itself."""
    listed = lambda shares: " and ".join(f"p={share:g}" for share in sorted(set(shares)))  # noqa: E731
    wanted = case.expected["dropout"]
    if not active:
        return f"{'dropout' if case.secret else listed(wanted)} should be active in training mode and is not."
    mode = "training mode" if case.question["train"] else "eval mode (F.dropout needs `training=self.training`)"
    return f"{listed(active)} is active in {mode}" + ("." if case.secret else f"; expected {listed(wanted) or 'none'}.")


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
        wanted, found = dict(unplaced["missing"]), dict(unplaced["extra"])
        both = [name for name in wanted if name in found]
        shapes = [f"`{name}` has shape {tuple(found.pop(name))}, expected {tuple(wanted.pop(name))}." for name in both]
        parts += shapes[:LISTED] + ([f"{len(shapes) - LISTED} more have other shapes than expected."] if len(shapes) > LISTED else [])
        parts += [f"missing: {listed(wanted.items())}."] if wanted else []
        parts += [f"not expected: {listed(found.items())}."] if found else []
        if wanted and not header["parameters"] and not unplaced["hidden"]:
            parts.append("Your module has no parameters at all: make layers, and each nn.Parameter, in `__init__` and keep them as "
                         "attributes, `self.name = ...`.")
    return "The parameters are not the ones that the exercise asks for: " + " ".join(parts)


def _stopped(case: Case, raised: dict) -> Difference:
    """The learner's code raised, or is no module at all."""
    if raised["type"] == NotAModule.__name__:
        return Difference(case.aspect, "class", raised["message"])
    return Difference(case.aspect, "crash", _crash(raised))


def _crash(raised: dict) -> str:
    during = {"construct": "while it was built", "call": "when it was called", "gradients": "in the backward pass"}[raised["stage"]]
    text = f"{raised['type']} {during}" + (f": {raised['message']}" if raised["message"] else ", without a message")
    if raised["line"]:
        text += f"\nin your line: {raised['line']}"
        text += "".join(f"\n    {name}: {value}" for name, value in raised["operands"])
    if raised["caller"] and raised["caller"] != raised["line"]:
        text += f"\nreached from your line: {raised['caller']}"
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
