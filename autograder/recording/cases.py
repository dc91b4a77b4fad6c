"""Records what the reference answers to an exercise's cases."""

from __future__ import annotations

import contextlib
import inspect
import math
import re
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from attention_lab.checking.ask.observe import observe
from attention_lab.checking.ask.trials import TRIALS
from attention_lab.checking.form import values
from attention_lab.checking.form.protocol import NUMBER, Answer, Construct, Observation, Question, Raised
from attention_lab.checking.known.recorded import RecordedCase, RecordedExercise
from autograder.lessons import catalogue, declare, derive
from autograder.lessons.derive import VISIBLE
from autograder.recording.asking import Asking
from autograder.recording.mistakes import record_mistakes
from autograder.recording.random_numbers import draw, generator, random_state

BITS = {"float64": 36, "float32": 18, "bfloat16": 8}  # of the largest element that are kept
ATTEMPTS = 30
PATIENCE = 8
NORMS = "batch_norm", "instance_norm", "native_batch_norm"  # torch's functions to which all others lead


@contextlib.contextmanager
def _lone_norms() -> Iterator[list[bool]]:
    """Yields a list that holds True if a BatchNorm or InstanceNorm has had a batch of one.

    If memory layouts are mixed, torch 2.13 computes wrong gradients in such a norm. An
    honest answer and an honest reference may then differ, so no gradient is compared in such a case.
    """
    sizes: list[bool] = []

    def noting(norm: Callable) -> Callable:
        def noted(*args: Any, **kwargs: Any) -> Any:
            sizes.append(len(args[0] if args else kwargs["input"]) == 1)
            return norm(*args, **kwargs)
        return noted
    with contextlib.ExitStack() as stack:  # a mode of torch would slow down every operation
        for name in NORMS:
            stack.enter_context(patch.object(torch, name, noting(getattr(torch, name))))
        yield sizes


def record_case(name: str, case: declare.Case, namespace: dict[str, Any], seed: str = VISIBLE,
                device: str = "meta") -> RecordedCase:
    """Runs one case on the reference `namespace[name]`, and records question and answer.

    device: where a case of the check `device` is run, `cuda` or its stand-in `meta`. All other cases are run on the
        CPU.
    """
    return _record_alive(name, case, namespace, seed, 0, device, set())[0]


def _record_alive(name: str, case: declare.Case, namespace: dict[str, Any], seed: str, start: int, device: str,
                  by_nature: set[str]) -> tuple[RecordedCase, int]:
    """Returns the recorded case, and the attempt from which it comes; the first attempt is `start`.

    Numbers are drawn again as long as the gradient of a parameter, or of an image of the batch, is zero throughout.
    Such a gradient may come from a hidden layer that a ReLU silences, which would hide mistakes. There are at most
    ATTEMPTS attempts, or PATIENCE attempts without improvement, because some gradients are zero by nature. Those are
    added to `by_nature`, so that the exercise's other cases do not wait for them.
    """
    attempt = since = start
    best = _record_once(name, case, namespace, seed, attempt, device)
    dead = fewest = always = _dead_gradients(best)
    while not dead <= by_nature:
        if attempt - since >= PATIENCE:
            by_nature |= always
            break
        attempt += 1
        if attempt == start + ATTEMPTS:
            break
        made = _record_once(name, case, namespace, seed, attempt, device)
        dead = _dead_gradients(made)
        always = always & dead
        if len(dead) < len(fewest):
            best, fewest, since = made, dead, attempt
    return best, since


def _dead_gradients(case: RecordedCase) -> set[str]:
    """Returns the gradients that are zero throughout. The gradient of an input is examined for each image."""
    parts: dict[str, Tensor] = {}
    for name, tensor in case.expected_tensors.items():
        if name.startswith("grad.") and tensor.numel():
            images = name.startswith("grad.input.") and tensor.ndim > 1
            parts |= {f"{name}[{i}]": image for i, image in enumerate(tensor)} if images else {name: tensor}
    return {name for name, tensor in parts.items() if not tensor.abs().max() > 1e-9}


def _record_once(name: str, case: declare.Case, namespace: dict[str, Any], seed: str, attempt: int,
                 device: str) -> RecordedCase:
    thing, asking = namespace[name], Asking(namespace, generator(seed, name, case.label, attempt),
                                             (seed, name, attempt))
    question = _question(name, case, thing, asking)
    differentiable = case.raises is None and case.gradients and case.peak is None
    trace, question.trace = question.trace, question.trace and not differentiable  # once is enough
    with _lone_norms() as norms:
        header, tensors = _asked(thing, question,
                                 derive.resized(case) if inspect.isclass(thing) and case.earlier is True else (),
                                 asking)
    question.trace = trace
    if differentiable:
        if not any(norms):
            _add_cotangents(case, header, tensors, asking)
            question.gradients = True
        header, tensors = observe(thing, question, asking.tensors, namespace)
    if case.device:
        here, question.device = tensors, device
        header, tensors = observe(thing, question, asking.tensors, namespace)
        header.devices = {n: there for n, there in header.devices.items()  # a gradient of zeros may be missing as well
                             if not n.startswith("grad.") or bool(here[n].any())}
    _refuse_surprises(name, case, header)
    header.float32 = False  # a mask, for example; it is looked at in learners' answers alone
    for entry in header.trace:  # lines likewise
        entry.line = None
    tensors = {key: _rounded(t, BITS[case.dtype]) for key, t in _to_be_kept(case, header, tensors).items()}
    function = getattr(thing, case.method) if inspect.isclass(thing) else thing
    called = TRIALS[case.trial] if case.trial else function
    inputs = [p for p in inspect.signature(called).parameters if p not in ("self", "thing")]
    return RecordedCase(case.label, case.check, question, asking.tensors, header, tensors,
                        mentions=list(case.raises or ()),
                         limit=case.limit, peak=case.peak, inputs=inputs,
                        integer=case.raises is None and not case.trial and _whole(thing))


def _whole(thing: Any) -> bool:
    """Says whether a function is annotated to return whole numbers: then 7.0 is no answer for 7."""
    return inspect.isfunction(thing) and bool(re.search(r"\bint\b", str(inspect.signature(thing).return_annotation)))


def _question(name: str, case: declare.Case, thing: Any, asking: Asking) -> Question:
    """Returns a case's question without gradients, because the output's shape is not known yet. Its tensors are drawn
    and put into `asking`."""
    call = asking.call(case.args, case.kwargs, "input")
    question = Question(name, None, case.method, call.args, call.kwargs, train=case.train, dtype=case.dtype,
                        trace=inspect.isclass(thing) and case.check == "output" and not derive.relaid(case),
                        largest="product" if isinstance(case.limit, declare.OfProducts) else case.limit is not None,
                        again=case.again, drop_largest=case.drop_largest, measured=case.peak is not None,
                        trial=case.trial)
    if case.earlier:
        question.earlier = asking.call(case.earlier if isinstance(case.earlier, tuple) else case.args, case.kwargs,
                                       "earlier")
    if inspect.isclass(thing):
        load_weights = case.raises is None and not case.fresh and case.method != NUMBER
        positional, named = ((), case.construct) if isinstance(case.construct, dict) else (case.construct, {})
        construct = asking.call(positional, named, "construct")
        question.construct = Construct(construct.args, construct.kwargs, load_weights)
        if load_weights:
            for weight, drawn in random_state(asking.module(thing, construct), *asking.words).items():
                asking.tensors[f"state.{weight}"] = (
                    torch.zeros_like(drawn) if weight in case.zeros else drawn + case.added.get(weight, 0)
                )
    return question


def _add_cotangents(case: declare.Case, header: Observation, tensors: dict[str, Tensor], asking: Asking) -> None:
    """Draws the tensors by which outputs are multiplied before the gradient is taken."""
    for path, leaf in values.leaves(header.output):
        if isinstance(leaf, dict) and "tensor" in leaf and tensors[leaf["tensor"]].is_floating_point():
            shape = tensors[leaf["tensor"]].shape
            kind = "signs" if case.limit else "normal"  # of a large tensor, which is recorded for its memory
            asking.tensors[f"cotangent.{path}".rstrip(".")] = draw(declare.RandomTensor(tuple(shape), kind), asking.g)


def _to_be_kept(case: declare.Case, header: Observation, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Returns the tensors of an answer that are recorded. The inputs and outputs of untraced sub-modules are left out,
    and the reference's own lines and words are removed from `header`."""
    if header.raised:
        header.raised = Raised(header.raised.type, header.raised.value_error, header.raised.numbers)
    header.steps, header.cuts = [], []  # they quote the reference
    header.states = {}  # what names a learner gives is asked of the learner
    _forget(case.untraced, header, tensors)
    if header.largest:
        header.largest.line = None
    return tensors


def _asked(thing: Any, question: Question, others: Sequence[declare.Case], asking: Asking) -> Answer:
    """Returns what the reference answers, after the first of these earlier calls that its contract allows. If its sizes
    are fixed, it allows none."""
    for other in others:
        question.earliest = asking.call(other.args, other.kwargs, "earliest")
        if not (answer := observe(thing, question, asking.tensors, asking.namespace))[0].raised:
            return answer
    question.earliest = None
    asking.tensors = {name: tensor for name, tensor in asking.tensors.items() if not name.startswith("earliest.")}
    return observe(thing, question, asking.tensors, asking.namespace)


def _forget(untraced: Sequence[str], header: Observation, tensors: dict[str, Tensor]) -> None:
    """Removes the recorded inputs and outputs of these sub-modules."""
    for entry in [entry for entry in header.trace if entry.name in untraced]:
        header.trace.remove(entry)
        for _, leaf in [*values.leaves(entry.received), *values.leaves(entry.gave)]:
            if isinstance(leaf, dict) and "tensor" in leaf:
                del tensors[leaf["tensor"]]


def _rounded(tensor: Tensor, bits: int) -> Tensor:
    """Returns a tensor without its last bits, which take most of the room in a file. No comparison depends on them,
    because its tolerance is sixty times as large."""
    largest = tensor.abs().max().item() if tensor.is_floating_point() and tensor.numel() else 0.0
    if not largest or not math.isfinite(largest):
        return tensor
    step = 2.0 ** (math.frexp(largest)[1] - bits)
    return torch.round(tensor / step) * step


def _refuse_surprises(name: str, case: declare.Case, header: Observation) -> None:
    """Raises an error if the reference itself fails, because the recording would then be worth nothing."""
    raised, left = header.raised, [n for n, there in header.devices.items() if there.device == "cpu"]
    if header.mixed or left:
        raise ValueError(f"{name}, case {case.label!r}: the reference mixes devices: {header.mixed}, on the "
                         f"CPU: {left}")
    if (raised is None) != (case.raises is None) or (raised and not raised.value_error):
        raise ValueError(f"{name}, case {case.label!r}: the reference raised {raised}")
    if raised and not set(case.raises or ()) <= set(raised.numbers):
        raise ValueError(f"{name}, case {case.label!r}: the message {raised.message!r} does not name {case.raises}")
    if header.changed or header.unplaced:
        raise ValueError(f"{name}, case {case.label!r}: the reference changes {header.changed}, unplaced "
                         f"{header.unplaced}")
    if case.limit and header.largest and header.largest.elements >= case.limit:
        raise ValueError(f"{name}, case {case.label!r}: the reference itself makes {header.largest}")


def record_exercise(name: str, cases: Sequence[declare.Case], points: float, reference: ModuleType,
                    mistakes: Sequence[catalogue.Mistake] = (), uses: Sequence[str] = (), seed: str = VISIBLE,
                    device: str = "meta") -> RecordedExercise:
    """Returns the recorded exercise: the reference's answers to its cases, and those of the mistakes that are made in
    it.

    mistakes: a whole catalogue.
    uses: the earlier exercises from which it is built.
    device: as in record_case.

    Raises ValueError if two mistakes look alike, or if one looks right.
    """
    if cases[0].device:
        raise ValueError(f"{name}: the first case places the weights, so it must run on the CPU")
    by_nature: set[str] = set()
    first, attempt = _record_alive(name, cases[0], vars(reference), seed, 0, device, by_nature)
    # All others begin with its weights: where no gradient is taken, nothing would tell that theirs silence a hidden
    # layer.
    others = [_record_alive(name, case, vars(reference), seed, attempt, device, by_nature)[0] for case in cases[1:]]
    made = RecordedExercise(name, points, list(uses), [first, *others], [])
    for number, case in enumerate(made.cases):
        case.number = number
    if seed != VISIBLE:
        _disguise_refused(made, reference, (seed, name, attempt))
    record_mistakes(made, reference, mistakes)
    return made


def _disguise_refused(made: RecordedExercise, reference: ModuleType, words: tuple) -> None:
    """Gives questions whose arguments should be refused what all others of their exercise have: weights and cotangents.
    Code that searches the worker's memory could otherwise recognise them because these are missing, and raise a
    ValueError without looking at the arguments.

    words: the words on which the exercise's weights depend.
    """
    ordinary = made.cases[0]
    for case in [case for case in made.cases if case.expected.raised]:
        given = {name: t for name, t in ordinary.tensors.items() if name.startswith(("state.", "cotangent"))}
        if construct := case.question.construct:
            construct.load_weights = True
            asking = Asking(vars(reference), generator(), ())
            asking.tensors = case.tensors
            with contextlib.suppress(ValueError):  # where the constructor refuses them, the ordinary weights do
                weights = random_state(asking.module(getattr(reference, made.name), construct), *words)
                given = {name: t for name, t in given.items() if not name.startswith("state.")}
                given |= {f"state.{name}": t for name, t in weights.items()}
        case.question.gradients = ordinary.question.gradients
        case.tensors.update(given)
