"""Puts facts into words. Only this file turns a comparison into sentences, and only it knows what a report may show.

reveal: whether expected numbers may be shown. Hidden graders do not reveal them, nor any number from which an expected
    number could be computed. A relation between two whole tensors (a factor, a shift) is always named, but a relation
    between two single numbers is not.
"""

from __future__ import annotations

import math
from typing import Any

from ..form import values
from ..form.protocol import Cause, Raised
from . import blocks, facts
from .facts import Fact
from .torch_errors import meaning

LISTED = 6  # how many parameters of a wrong shape are listed one by one

# Why a tensor is too large (the `causes` of protocol.Largest).
UNCUT = (" Without a `dim`, or with dim=0, `split` and `chunk` cut along axis 0, the batch. All positions then stay "
         "in one piece. So pass the axis of the positions as `dim`.")
FALLS_BACK = {
    "axes": "its arguments have fewer than four axes (make them (B, 1, N, C))",
    "width": "queries and keys do not have the same width as the values (pad the narrower ones with zeros)",
    "strides": "the numbers of a position do not lie side by side in memory, which a transpose or permute can cause "
               "(add `.contiguous()` after it)",
}
DURING = {"cell": "in its cell", "construct": "while it was built", "call": "when it was called",
          "gradients": "in the backward pass"}


def words(found: tuple[Fact, ...] | Fact, reveal: bool = True) -> str:
    """Returns one or several sentences that can follow "your output: ". Raises ValueError for a fact that has no
    words."""
    if isinstance(found, tuple):
        return " ".join(words(fact, reveal) for fact in found)
    for room in (_relation, _numbers, _return_value, _behaviour, _errors, _devices, _sub_modules):
        if (sentence := room(found, reveal)) is not None:
            return sentence
    raise ValueError(f"no words for {found}")


def _relation(fact: Fact, reveal: bool) -> str | None:
    """How a wrong tensor could be made from the expected one."""
    match fact:
        case facts.AxesOfSizeOne(more):
            place = "left over" if more > 0 else "missing" if more < 0 else "in the wrong place"
            return f"the numbers are right, but axes of size 1 are {place}."
        case facts.Constant(0.0, _):
            return "it is zero everywhere."
        case facts.Constant(value, expected):
            wanted = f", not {_number(expected)}" if reveal and expected is not None else ""
            return f"it is {_number(value)} everywhere{wanted}."
        case facts.ShouldBeZero(1, number):
            return f"it should be zero, but it is {_number(number)}." if reveal else f"{_number(number)} is not right."
        case facts.ShouldBeZero(_, largest):
            return f"it should be zero everywhere; its largest number is {_number(largest)}."
        case facts.AxesPermuted(order, softmax):
            other = (" Or, if the numbers before a softmax are symmetric, let the softmax run over the other axis."
                     if softmax else "")
            return (f"its axes are in the order {order}, as numbered in the expected tensor. The numbers are right, so "
                    f"permute the axes back.{other}")
        case facts.FewDigits(half=False):
            return ("it is right to about six digits only. Is float32 (or another dtype) used along the way? Or does "
                    "a small constant such as eps have the wrong value, or stand in the wrong place?")
        case facts.FewDigits(half=True):
            return ("it is right to two or three digits only. Is a half-precision dtype (float16, bfloat16) used "
                    "along the way?")
        case facts.Scaled(-1.0):
            return "its sign is flipped everywhere."
        case facts.Scaled(factor):
            return f"it is {_number(factor)} times the expected one everywhere."
        case facts.Shifted(by):
            return f"it is {_number(abs(by))} too {'large' if by > 0 else 'small'} everywhere."
        case facts.MissingActivation("ReLU"):
            return "it holds negative numbers that a ReLU would have set to 0."
        case facts.MissingActivation("sigmoid"):
            return "a sigmoid is missing at the end, so the numbers need not lie between 0 and 1."
        case facts.MissingActivation("softmax", axis):
            return f"a softmax{_over(axis)} is missing at the end, so the numbers do not sum to 1 there."
        case facts.MissingActivation(name):
            return f"{'an' if name == 'exp' else 'a'} {name} is missing at the end."
        case facts.ExtraActivation(name, axis):
            return f"it went through one {name} too many{_over(axis)}."
        case facts.OtherActivation("1 minus the sigmoid"):
            return "each number is 1 minus the right one, so what should be open is closed."
        case facts.OtherActivation(name, axis):
            return f"it ends in a {name}{_over(axis)}. It should end in a sigmoid."
        case facts.Relabelled(pairs):
            return ("its places are right, but not its numbers: it is "
                    + " and ".join(f"{_number(mine)}{f' where {_number(right)} is right' * reveal}"
                                   for mine, right in pairs) + ".")
        case facts.Mirrored(axis):
            return f"it is reversed along axis {axis}."
        case facts.OtherOrder():
            return ("it holds the right numbers in another order. (`reshape` and `view` keep the order in memory, and "
                    "swap no axes. `transpose` and `permute` do.)")
        case facts.Reduced(how, axis):
            return f"it is the expected tensor's {how} over axis {axis}."
        case facts.OnlyFirstImage(batch):
            return (f"only the first image is right, but the batch has {batch} images: is something that belongs to "
                    "this image used for the others too?")
        case facts.SameForAllImages():
            return (
                "every image of the batch gets the same numbers: was the batch axis lost, does the result not depend on"
                " the images, or does a ReLU set to 0 what depends on them?"
            )
        case facts.Border(width):
            rim = "outermost rows and columns" if width == 1 else f"{width} outermost rows and columns on each side"
            return f"the inside of the map is right; the {rim} differ, as they would with different padding."
        case facts.InputAdded(name):
            return f"`{name}` is added to it and should not be."
        case facts.InputNotAdded(name):
            return f"`{name}` should be added to it (a shortcut) and is not."
        case facts.InputNotMultiplied(name):
            return f"it would be right if it were multiplied by `{name}`."
        case facts.InputMultiplied(name):
            return f"it is multiplied by `{name}` one time too many."
        case facts.IsInput(name, reshaped):
            return f"it is the input `{name}` itself, {'with a different shape' if reshaped else 'unchanged'}."
        case facts.InputReduced(name, how, axes, whole):
            over = f"axis {axes[0]}" if len(axes) == 1 else "all its axes" if whole else f"the axes {axes}"
            return f"it is the {how} of `{name}` over {over}."
    return None


def _numbers(fact: Fact, reveal: bool) -> str | None:
    """Where two tensors or two values differ."""
    match fact:
        case facts.NotFinite(nan, infinite, of):
            what = "NaN or infinite" if nan and infinite else "NaN" if nan else "infinite"
            wrong = nan + infinite
            return f"it is {what}." if of == 1 else f"{wrong} of {of} numbers {'is' if wrong == 1 else 'are'} {what}."
        case facts.WrongShape(expected, got):
            # with four axes, it may be an image
            square = all(len(shape) in (2, 3) and shape[-1] == shape[-2] for shape in (expected, got)
                         ) and expected[:-2] == got[:-2]
            product = (" If it is a matrix product, it sums over the wrong axis: `a @ b` keeps the second-last axis of "
                       "a and the last one of b, so transpose both.") if square else ""
            return f"Expected shape {expected}, got {got}.{product}"
        case facts.NumbersDiffer(wrong, of, largest, index, expected, got):
            by = f", by up to {_number(largest)}" if reveal else ""
            return (
                f"{wrong} of {of} numbers {'differs' if wrong == 1 else 'differ'}{by}. The first is at {list(index)}: "
                + ("{}, {}.".format(*_distinct(expected, got)) if reveal else f"got {_number(got)}.")
            )
        case facts.NumberDiffers(expected, got):
            return "{}, {}.".format(*_distinct(expected, got)) if reveal else f"{_number(got)} is not right."
        case facts.WrongDtype(expected, got, numbers, follows):
            both = f"its dtype is {got}, expected {expected}"
            if numbers:
                relation = words(numbers, reveal)
                return f"{both}. {relation[0].upper()}{relation[1:]}"
            return both + (": follow the input's dtype (and device) instead of making tensors of a fixed dtype."
                           if follows
                           else "; the numbers are right.")
        case facts.ValueDiffers(expected, got, near):
            return _value(expected, got, near, reveal)
        case facts.NotAnInt(expected, got):
            wanted = f"the int {expected!r}" if reveal else "an int"
            return f"expected {wanted}, got the {type(got).__name__} {_short(repr(got))}."
    return None


def _return_value(fact: Fact, reveal: bool) -> str | None:
    match fact:
        case facts.WrongNesting(expected, got, nothing):
            more = _name_difference(expected, got) if reveal else ""
            forgotten = " Is a `return` missing?" if nothing else ""
            return f"Expected {values.structure(expected)}, got {values.structure(got)}{more}.{forgotten}"
        case facts.IsOtherOutput(name):
            return f"it is what {name} should be."
        case facts.NotATensor():
            return "it is not a tensor."
    return None


def _name_difference(expected: Any, got: Any) -> str:
    """Names the first text that is in only one of two lists."""
    both = isinstance(expected, list) and isinstance(got, list)
    if not both or not all(isinstance(name, str) for name in [*expected, *got]):
        return ""
    missing, extra = ([name for name in a if name not in b] for a, b in ((expected, got), (got, expected)))
    return f": {missing[0]!r} is missing" if missing else f": {extra[0]!r} should not be in it" if extra else ""


def _behaviour(fact: Fact, reveal: bool) -> str | None:
    """What the code did besides computing its output."""
    match fact:
        case facts.NoGradient():
            return _no_gradient(fact)
        case facts.PartlyCut(cuts):
            return f"a part of it may be missing, because {_cut(cuts)}"
        case facts.CalledTooOften(times, expected):
            once = "once is enough" if expected == 1 else (f"{expected} calls are enough, one for each place where "
                                                            "it is needed")
            return (
                f"your code calls it {times} times;"
                f" {once if reveal else 'call it once for each place where it is needed'}."
            )
        case facts.NoBuffer():
            return "there is no such buffer."
        case facts.InputChanged("list" | "dict" as kind):
            return (
                f"your code changes this {kind}, but the caller may use it again; change a copy of it"
                f" (`{kind}(...)`)."
            )
        case facts.InputChanged():
            return (
                "your code changes it in place, so code that reads it afterwards, such as a shortcut, finds other "
                "numbers; compute a new tensor instead, without `*=`, `.data`, `[...] =` or `..._()` on the old one."
            )
        case facts.Dropout((), expected, _):
            return f"{_shares(expected) if reveal else 'dropout'} should be active in training mode and is not."
        case facts.Dropout(active, expected, train):
            mode = "training mode" if train else "eval mode (in a module, F.dropout needs `training=self.training`)"
            wanted = f"; expected {_shares(expected) or 'none'}" if reveal else ""
            return f"{_shares(active)} is active in {mode}{wanted}."
        case facts.Unplaced():
            return _unplaced(fact)
        case facts.TooLarge(largest, limit):
            line = f"\nin your line: {largest.line}" if largest.line else ""
            return (f"`{largest.operation}` makes a tensor of {largest.elements:,} elements, shape "
                    f"{tuple(largest.shape)}; {limit:,} or more are not allowed "
                    f"here.{_why_so_large(largest.causes)}{line}")
        case facts.PeakTooHigh(grown, limit):
            return (f"without gradients your code needs {grown / 2**20:.0f} MiB at its peak; "
                    f"it must stay below {limit / 2**20:.0f} MiB.")
    return None


def _no_gradient(fact: facts.NoGradient) -> str:
    it, is_ = ("it", "it is") if len(fact.tensors) < 2 else ("them", "they are")
    if fact.fixed == "buffer":
        return f"no gradient arrives, because {is_} a buffer. Make an `nn.Parameter` of it, so that it can be trained."
    if fact.fixed:
        return f"no gradient arrives, because {is_} frozen: `requires_grad` is False."
    if fact.used is False:
        return f"no gradient arrives, because your result does not depend on {it}."
    cut = _cut(fact.cuts)
    if not fact.used:
        return f"no gradient arrives. Either your result does not depend on {it}, or {cut}"
    inputs = all(name.startswith("grad.input") for name in fact.tensors)
    never = "no layer before it would" if inputs else f"{'it' if it == 'it' else 'they'} would never"
    return f"no gradient arrives, so {never} learn: your result depends on {it}, but {cut}"


def _cut(cuts: tuple[tuple[str, str | None], ...]) -> str:
    places = [f"`{name}` in your line `{line}`" if line else f"a `{name}` around your code" for name, line in cuts]
    return (f"{places[0]} cuts the graph." if len(places) == 1 else
            f"the graph is cut, perhaps by {' or '.join(places)}." if places else "the graph is cut on the way.")


def _errors(fact: Fact, reveal: bool) -> str | None:
    """What the code raised, and what it should have raised."""
    match fact:
        case facts.Crashed(raised):
            return _crash(raised)
        case facts.NotAModule(message):
            return message
        case facts.NothingRaised(mentions):
            return "no ValueError is raised; raise one" + (f" whose message names {_and(mentions)}."
                                                           if mentions else ".")
        case facts.OtherErrorRaised(kind, message):
            return (f"your code raises {kind} ({message or 'without a message'}); "
                    "raise a ValueError, so that callers can tell it from a bug.")
        case facts.NumbersNotNamed(message, mentions):
            return (
                f"the ValueError says {message!r}; name {_and(mentions)} in its message, so that the reader knows"
                " what to change."
            )
    return None


def _devices(fact: Fact, reveal: bool) -> str | None:
    match fact:
        case facts.MadeFloat32(narrow, like):
            place = f"in your line `{narrow.line}`, " if narrow.line else ""
            if narrow.explicit:
                return (f"{place}`{narrow.operation}` makes a tensor float32, whatever dtype `{like}` has. Leave that "
                        f"out, or use `{like}.dtype`.")
            made = ("a tensor takes part that was made earlier without a dtype, so it is" if narrow.outside else
                    f"`{narrow.operation}` makes a tensor without a dtype, so it is")
            return (f"{place}{made} float32, whatever dtype `{like}` has. Use a Python number "
                    f"(`math.sqrt(d)`, `d ** -0.5`), or give the tensor the dtype and device of `{like}` "
                    f"(`{like}.new_tensor(...)`, `{like}.new_zeros(...)`, `dtype={like}.dtype`).")
        case facts.DevicesMixed(mixed, asked, like):
            shape = f", shape {tuple(mixed.shapes[0])}" if mixed.shapes else ""
            line = f"\nin your line: {mixed.line}" if mixed.line else ""
            return (f"`{mixed.operation}` mixes a tensor on {_elsewhere(asked)} with one that stayed on the "
                    f"CPU{shape}: register that one as a buffer, or make it with `device={like}.device`.{line}")
        case facts.OnOtherDevice(device, asked, like):
            place = "the CPU" if device == "cpu" else device
            return (
                f"it is on {place}, but its input is on {_elsewhere(asked)}: make new tensors with "
                f"`device={like}.device`."
            )
        case facts.ShapeOnDevice(expected, got, asked):
            return f"on {_elsewhere(asked)}, expected shape {expected}, got {got}."
        case facts.DtypeOnDevice(expected, got, asked):
            return f"on {_elsewhere(asked)} its dtype is {got}, expected {expected}."
    return None


def _sub_modules(fact: Fact, reveal: bool) -> str | None:
    """At which of the named sub-modules a wrong result begins."""
    match fact:
        case facts.Begins(after, name, side, number, of, found, inputs, lines):
            which = f" (tensor {number} of {of})" if of > 1 else ""
            count = f" It receives {inputs[0]} tensors, expected {inputs[1]}." if inputs else ""
            verb = {"received": "input", "gave": "output"}[side]
            start = f"`{after}` is right; the" if after else "The"
            return (f"{start} first difference is in the {verb} of `{name}`{which}: {words(found, reveal)}{count}"
                    f"{_between(lines, _owner(after) == _owner(name)) if side == 'received' else ''}")
        case facts.Reordered(after, name):
            return (f"`{after}` is right; " if after else "") + f"`{name}` receives the right numbers in another order."
        case facts.NeverCalled(names):
            return (
                f"{_and([f'`{name}`' for name in names])} {'is' if len(names) == 1 else 'are'} made and never called."
            )
        case facts.SameLayer((one, other), kind):
            share = "weights" if kind == "layer" else "numbers"
            return (
                f"`{one}` and `{other}` are the same {kind} under two names, so they share their {share}."
                " Make two."
            )
        case facts.NotGathered(name, shortcut):
            plus = f"`{shortcut}` plus " if shortcut else ""
            return (f"Your output is only {plus}a multiple of the output of `{name}`: every position keeps its "
                    "own values and gathers nothing from the others.")
        case facts.AllAgree(names, line, instead):
            right = f"{_and([f'`{name}`' for name in names])} {'is' if len(names) == 1 else 'are'} right; what you do "
            look = f" Look at what follows your line `{line}`, or is made beside it." if line else ""
            return f"{right}with the result differs{f': {words(instead)}' if instead else '.'}{look}"
        case facts.Instead(done, wanted, ""):
            return f"your code takes {done}. It should take {wanted}."
        case facts.Instead(done, wanted, of):
            mine = f"{of} stays as it is" if done == "nothing" else f"you take {done} of {of}"
            return f"{mine}. {'It should stay as it is.' if wanted == 'nothing' else f'Take {wanted} of it.'}"
    return None


def _owner(layer: str | None) -> str:
    """The module whose code calls a layer."""
    return (layer or "").rpartition(".")[0]


def _between(lines: tuple[str | None, str | None], together: bool) -> str:
    """Says where in the learner's code an input goes wrong. together: whether both lines stand in the same method."""
    first, last = lines if together else (None, lines[1])
    if not last or first == last:
        return f" Look at your line `{last}`." if last else ""
    return f" Look at your line `{last}`" + (f", and what lies between it and `{first}`." if first else " and above.")


def _number(value: float) -> str:
    return f"{value:.4g}"


def _distinct(expected: float, got: float) -> tuple[str, str]:
    """Both numbers, with as many digits as it takes to see that they differ."""
    pairs = ((f"{expected:.{digits}g}", f"{got:.{digits}g}") for digits in (4, 6, 8, 10, 12, 17))
    wanted, mine = next((pair for pair in pairs if pair[0] != pair[1]), (str(expected), str(got)))
    return f"expected {wanted}", f"got {mine}"


def _value(expected: Any, got: Any, near: bool, reveal: bool) -> str:
    wanted, mine = (_short(values.structure(v) if isinstance(v, dict) else repr(v)) for v in (expected, got))
    digits = " It is right to six digits: is it rounded along the way, or is float32 used?" if near else ""
    if not reveal:
        return f"{mine} is not right.{digits}"
    numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (expected, got))
    times = _number(got / expected) if numeric and not near and expected and got and math.isfinite(got) else "1"
    ratio = f" ({times} times as much)" if times != "1" else ""
    return f"expected {wanted}, got {mine}{ratio}.{digits}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def _over(axis: int | None) -> str:
    return "" if axis is None else f" over axis {axis}"


def _and(items: Any) -> str:
    *most, last = map(str, items)
    return f"{', '.join(most)} and {last}" if most else last


def _shares(shares: tuple[float, ...]) -> str:
    return " and ".join(f"p={share:g}" for share in sorted(set(shares)))


def _elsewhere(asked: str) -> str:
    return "the GPU" if asked.startswith("cuda") else "another device"


def _why_so_large(causes: list[Cause]) -> str:
    reasons = [FALLS_BACK[cause] for cause in causes if cause in FALLS_BACK]
    fused = (
        " On the CPU `scaled_dot_product_attention` builds the whole map here, because"
        f" {', and because '.join(reasons)}."
    )
    return (fused if reasons else "") + (UNCUT if "uncut" in causes else "")


def _unplaced(fact: facts.Unplaced) -> str:
    """Names the parameters that do not fit the contract: those that are missing, and those that are not expected."""
    parts, listed = [], lambda spec: ", ".join(f"`{name}` {shape}" for name, shape in spec)  # noqa: E731
    if fact.hidden and fact.missing:
        names = ", ".join(f"`self.{name}`" for name in fact.hidden)
        are = "is a plain Python container" if len(fact.hidden) == 1 else "are plain Python containers"
        parts.append(f"{names} {are}: torch does not see the layers inside, so no optimiser would train them. "
                     "Make each layer an attribute of its own (or use nn.ModuleList).")
    wall = blocks.first_block(fact) if len({name for name, _ in fact.missing + fact.extra}) > LISTED else None
    if fact.extra and not fact.missing and all(name.endswith(".bias") for name, _ in fact.extra):
        parts.append(f"Your layers have biases, but the exercise's layers have none: {listed(fact.extra)}. Pass "
                     "bias=False.")
    elif wall:
        parts.append(wall)
    else:
        wanted, found = dict(fact.missing), dict(fact.extra)
        both = [name for name in wanted if name in found]
        shapes = [f"`{name}` has shape {found.pop(name)}, expected {wanted.pop(name)}." for name in both]
        parts += shapes[:LISTED] + ([f"{len(shapes) - LISTED} more do not have the expected shapes."]
                                    if len(shapes) > LISTED else [])
        parts += [f"Missing: {listed(wanted.items())}."] if wanted else []
        parts += [f"Not expected: {listed(found.items())}."] if found else []
        if wanted and fact.empty and not fact.hidden:
            what = "layers" if all("." in name for name in wanted) else "layers and every nn.Parameter"
            return (f"Your module has no parameters at all. Make its {what} in `__init__`, and keep them as attributes "
                    f"(`self.name = ...`). {parts[0]}")
    return "The parameters are not the ones that the exercise asks for. " + " ".join(parts)


def _crash(raised: Raised) -> str:
    first, *rest = raised.message.split("\n")
    if first.endswith(":") and rest:  # torch's, of a state that does not fit
        first = f"{first} {rest.pop(0).strip()}"
    text = f"{raised.type} {DURING[raised.stage]}" + (f": {first}" if raised.message else ", without a message")
    text += "".join(f"\n{line}" for line in [*filter(None, [meaning(raised)]), *rest])
    if raised.line:
        text += f"\nin your line: {raised.line}"
        text += "".join(f"\n    {name}: {value}" for name, value in raised.operands)
    if raised.caller and raised.caller != raised.line:
        text += f"\nreached from your line: {raised.caller}"
    return text
