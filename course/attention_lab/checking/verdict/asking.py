"""Asks every question of an exercise, and finds what is wrong with the answers, before anything is put into words.

All cases are asked together, and points depend only on these answers. Other questions serve to place the weights (see
`placement`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import torch
from torch import Tensor

from ..facts import facts
from ..facts.compare import close, tolerance
from ..form.protocol import Answer, Observation, Question
from ..known import placement
from ..known.recorded import RecordedCase, RecordedExercise
from .differences import Difference, differences, first_input, of_output
from .trace import first_difference
from .verdict import by_value

Ask = Callable[[Question, dict[str, Tensor]], Answer]
AskAll = Callable[[list[Question]], list[Answer]]
EXPLAINED = 12  # if many placements come equally close, at most this many of them are looked at in detail


@dataclass
class View:
    """All cases of an exercise with the answers of one asking.

    exercise: with the questions as they were asked, perhaps widened.
    answers, found: for each case, the answer and what is wrong with it.
    """

    exercise: RecordedExercise
    answers: list[Answer]
    found: list[list[Difference]]

    @property
    def failing(self) -> set[int]:
        return {i for i, ds in enumerate(self.found) if ds}

    @property
    def stopped(self) -> set[int]:
        """The cases that the learner's code should answer, but in which it raised an error."""
        return {i for i, (case, (header, _), ds) in enumerate(zip(self.exercise.cases, self.answers, self.found))
                if ds and header.raised and not case.expected.raised and not header.unplaced}


@dataclass
class Asked:
    """What an exercise was asked and answered.

    view: the asking that counts, with one placement of the weights.
    choices: for each case, this placement.
    sought: how many placements there were to choose from.
    others: those that came as close as the chosen one.
    first: the asking before the questions were widened, if they were.
    """

    view: View
    choices: list[int]
    sought: int = 1
    others: list[list[int]] = field(default_factory=list)
    first: View | None = None


def ask_exercise(exercise: RecordedExercise, ask: Ask, ask_all: AskAll | None) -> Asked:
    """Asks all cases, once more in the dtype of the input if a float32 tensor takes part in a wrong answer, and once
    more with the weights in other places if they may belong there.

    ask, ask_all: see `judge`.
    """
    ask_all = ask_all or partial(_one_by_one, exercise, ask)
    answers, found = _ask_placed(exercise, ask_all, [0] * len(exercise.cases))
    first, narrow = View(exercise, answers, found), None
    if wide := _widen(exercise, answers, found):
        again, differing = _ask_placed(wide, ask_all, [0] * len(exercise.cases))
        if any(map(_float32_matters, zip(again, differing), zip(answers, found))):
            exercise, answers, found, narrow = wide, again, differing, first
    chosen = _choose_placement(exercise, ask, ask_all, answers, found)
    chosen.first = narrow
    chosen.view.found = [ds + _float32(case, header, before) for case, (header, _), (before, _), ds
                         in zip(exercise.cases, chosen.view.answers, first.answers, chosen.view.found)]
    return chosen


def _one_by_one(exercise: RecordedExercise, ask: Ask, questions: list[Question]) -> list[Answer]:
    return [ask(question, case.tensors) for question, case in zip(questions, exercise.cases)]


def _ask_placed(exercise: RecordedExercise, ask_all: AskAll,
                choices: list[int]) -> tuple[list[Answer], list[list[Difference]]]:
    """Returns the answers for these placements of the weights, and what is wrong with each. Both are empty if the
    questions could not be asked."""
    answers = ask_all([replace(case.question, choice=choice, trace=False)
                       for case, choice in zip(exercise.cases, choices)])
    return answers, [differences(case, answer, exercise.scale) for case, answer in zip(exercise.cases, answers)]


def _widen(exercise: RecordedExercise, observed: list[Answer],
           found: list[list[Difference]]) -> RecordedExercise | None:
    """Returns the exercise with questions that give every float32 the dtype of the input. Returns None if no float32
    tensor takes part where the answer is wrong, even if only its dtype is: the digits that float32 lacks may be wrong.
    """
    def may_be(case: RecordedCase) -> bool:
        return case.question.dtype == "float64" and not case.question.measured and not case.expected.raised

    if not any(header.float32 and may_be(case) and by_value(case) and any(map(_may_be_wrong, ds))
               for case, (header, _), ds in zip(exercise.cases, observed, found)):
        return None
    return replace(exercise, cases=[replace(case, question=replace(case.question, widened=True)) if may_be(case)
                                    else case for case in exercise.cases])


def _may_be_wrong(difference: Difference) -> bool:
    fact = difference.facts[0] if difference.check == "dtype" else None
    return not isinstance(fact, facts.WrongDtype) or (fact.expected, fact.got) == ("torch.float64", "torch.float32")


def _float32_matters(widened: tuple[Answer, list[Difference]], first: tuple[Answer, list[Difference]]) -> bool:
    """Says whether a float32 tensor changes an answer, or explains why it is wrong."""
    ((header, tensors), still), ((before, others), wrong) = widened, first
    outside = header.narrow is not None and header.narrow.outside
    return (bool(header.raised) != bool(before.raised) or outside and bool(wrong) and not still
            or any(name not in others or not torch.equal(t, others[name]) for name, t in tensors.items()))


def _float32(case: RecordedCase, header: Observation, before: Observation) -> list[Difference]:
    """Returns what a float32 tensor costs in a widened case, whether or not the case is right otherwise.

    before: the answer to the question before it was widened.
    """
    if not case.question.widened or case.question.device != "cpu":
        return []
    if header.narrow:
        return [Difference("dtype", "dtype", facts.MadeFloat32(header.narrow, first_input(case)))]
    return [Difference("dtype", "crash", facts.Crashed(before.raised))] if before.raised and not header.raised else []


def _choose_placement(exercise: RecordedExercise, ask: Ask, ask_all: AskAll, observed: list[Answer],
                      found: list[list[Difference]]) -> Asked:
    """Chooses a placement of the weights for every case.

    observed, found: the answers for the first placement, and what is wrong with them. If something is wrong and the
        weights may belong elsewhere, all cases are asked again. Then only these second answers count, whether they are
        right or wrong.
    """
    scale, first = exercise.scale, [0] * len(exercise.cases)
    headers = [header for header, _ in observed]
    closest: list[int] = []

    def right(i: int, choice: int) -> bool:
        case = exercise.cases[i]
        answer = ask(replace(case.question, choice=choice, trace=False), case.tensors) if choice else observed[i]
        return not differences(case, answer, scale)

    def best(i: int, of: list[int]) -> int:
        # a crash seldom depends on the numbers
        closest[:] = of[:1] if observed[i][0].raised else _search(exercise.cases[i], ask, scale, of)
        return closest[0]

    if not any(found):
        return Asked(View(exercise, observed, found), first)
    choices, sought = placement.choices(exercise.cases, headers, right, best)
    others = [placement.choices(exercise.cases, headers, lambda *_: False, lambda *_: way)[0]  # noqa: B023
              for way in closest[1:]]
    if choices != first:
        observed, found = _ask_placed(exercise, ask_all, choices)
    return Asked(View(exercise, observed, found), choices, sought, others)


def _search(case: RecordedCase, ask: Ask, scale: dict[str, float], choices: list[int]) -> list[int]:
    """Returns the first placement that reproduces the reference, or else those that come closest.

    The closest ones have the fewest wrong outputs and, of these, the most sub-modules that agree with the reference.
    One whose difference can be described comes first.
    """
    attempts = []
    outputs = {name: t for name, t in case.expected_tensors.items() if name.startswith("output")}
    for choice in choices:
        question = replace(case.question, choice=choice)
        header, tensors = ask(replace(question, gradients=False), case.tensors)
        if header.raised:
            break
        within = {name: tolerance(case.largest[name], scale.get("output", 0.0), question.dtype) for name in outputs}
        wrong = sum(name not in tensors or not close(tensors[name], t, within[name]) for name, t in outputs.items())
        if not wrong and not differences(case, ask(question, case.tensors), scale):
            return [choice]
        # only these numbers are kept, because the answers of all tries would fill the memory
        attempts.append((wrong, -first_difference(case, (header, tensors), scale)[1], choice))
    least = min((t[:2] for t in attempts), default=None)
    closest = [choice for *far, choice in attempts if tuple(far) == least][:EXPLAINED]

    def telling(choice: int) -> bool:
        header, tensors = ask(replace(case.question, choice=choice, gradients=False), case.tensors)
        return not header.raised and any(d.specific for d in of_output(case, header, tensors, scale))
    best = next(filter(telling, closest), closest[0] if closest else choices[0])
    return [best, *(choice for choice in closest if choice != best)]
