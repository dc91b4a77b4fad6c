"""The verdict on an exercise that is not right: which case a report shows, what it says, and where to look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from torch import Tensor

from ..facts import facts, wording
from ..facts.facts import Fact
from ..form import values
from ..form.protocol import Answer, Call, Question
from ..known.recorded import RecordedCase, RecordedExercise
from .asking import Ask, Asked
from .causes import misused_layers, not_gathered, shared, with_use
from .differences import Difference, differences, inputs_of
from .instead import instead
from .leading import best_first, candidates, comparable, contradicted, leading_case, near_throughout, worst
from .recognition import stopped_in
from .sentences import grouped, headline, of_other_sizes, unsaid
from .trace import first_difference
from .verdict import Verdict, checks_of, points_of

NEAR_THROUGHOUT = ("No output is wrong by more than a thousandth of its largest number. A different value of eps, or "
                   "of another small constant, makes a difference of that size.")


def wrong(said: Asked, ask: Ask) -> Verdict:
    """Returns the verdict on answers of which some are wrong.

    ask: asks one question. Its answers only help to choose words: checks and points are settled before.
    """
    exercise, scale = said.exercise, said.exercise.scale
    checks = checks_of(exercise, said.found)
    points, why = points_of(exercise, said.found, checks)
    mistake = said.mistake(ask)
    index = _shown_case(said, mistake is not None)
    case, answer = exercise.cases[index], said.answers[index]

    def again(question: Question, other: dict[str, Tensor] | None = None) -> Answer:
        return ask(replace(question, choice=said.choices[index]),
                   {**case.tensors, **other} if other else case.tensors)
    found = [_looked_into(said, index, again) if i == index else ds for i, ds in enumerate(said.found)]
    difference = worst(found[index])
    begins = _begin(said, index, found[index], again, mistake is not None)
    trace = wording.words(begins, reveal=not case.secret) if begins else None
    verdict = Verdict(exercise.name, points, exercise.points, checks, "", why=why,
                      shown=None if case.secret or not _wrong_output(case, found[index]) else _picture(case, answer))
    if mistake:
        verdict.mistake, verdict.headline = mistake.id, mistake.sentence
    elif kept := _kept(case, again, scale):
        verdict.headline = kept
    else:
        verdict.headline, verdict.specific = headline(exercise, found, index, difference, begins)
    more = [unsaid(d, verdict.headline) for d in best_first(found[index])[:2]]
    verdict.evidence = [f"With {case.label}{':' if any(more) else '.'}", *filter(None, more)]
    verdict.evidence += _other_side(exercise, found, stopped_in(exercise, said.answers, found), index)
    if difference.check == "dtype":  # what is float32 for want of a dtype is often on the CPU for want of a device
        verdict.evidence += _elsewhere(exercise, found)
    if not mistake and isinstance(difference.facts[0], facts.NumbersDiffer) and near_throughout(exercise, found):
        verdict.evidence.append(NEAR_THROUGHOUT)
    if not isinstance(difference.facts[0], facts.MadeFloat32):  # with this one, the numbers are right
        verdict.cases = _cases(exercise, found)
    if found[0] and difference.where != "crash" and said.sought > 1:
        verdict.evidence.append("Your layers have different names from the exercise's, and several have the same "
                                f"shape. There are {said.sought} ways to load the exercise's weights into them, and "
                                "the answer is right with none of these. This report is about one of these ways.")
    verdict.where = [trace] if trace and trace not in verdict.headline else []
    return verdict


def _shown_case(said: Asked, known: bool) -> int:
    """Returns the case that the report shows. known: whether the cause is known. Then a case that suggests another
    cause would only distract."""
    if not known:
        return leading_case(said.exercise, said.found)
    failing, stopped = candidates(said.found), stopped_in(said.exercise, said.answers, said.found)
    shows = [i for i in failing if i not in stopped]
    return next((i for i in shows if not _at_the_border(said.found[i])), (shows or failing)[0])


def _looked_into(said: Asked, index: int, again: Callable[..., Answer]) -> list[Difference]:
    """Returns what is wrong in the case that is shown, with what a second look adds, and without claims that another
    case contradicts."""
    case = said.exercise.cases[index]
    retry = replace(case.question, gradients=False, trace=False)
    found = [with_use(d, case, said.answers[index], partial(again, retry)) for d in said.found[index]]
    all_found = [found if i == index else ds for i, ds in enumerate(said.found)]
    return [d for d in found if not contradicted(said.exercise, all_found, d)] or found


def _begin(said: Asked, index: int, found: list[Difference], again: Callable[..., Answer],
           known: bool) -> Fact | None:
    """Returns where in the learner's module the difference begins, as far as that can be seen. For this case alone, it
    is asked what the sub-modules receive and give.

    known: whether the cause is known. If not, it is guessed.
    """
    case, answer = said.exercise.cases[index], said.answers[index]
    if begins := shared(case, answer[0]):
        return begins
    if not _wrong_output(case, found) or not _picture(case, answer) or not case.question.trace:
        return None
    traced = again(case.question)
    begins = misused_layers(case, traced) or first_difference(case, traced, said.exercise.scale, inputs_of(case))[0]
    guess = not_gathered(case, traced) if isinstance(begins, facts.AllAgree) and not known else None
    return guess or (instead(case, traced, begins) if begins else None)


def _wrong_output(case: RecordedCase, found: list[Difference]) -> bool:
    return any(d.check == case.check and d.where.startswith("output") for d in found)


def _cases(exercise: RecordedExercise, found: list[list[Difference]]) -> list[str]:
    """Says on how many cases the answer is wrong, and on which."""
    compared = comparable(exercise, found)
    wrong = [exercise.cases[i].label for i in compared if found[i]]
    right = [exercise.cases[i].label for i in compared if not found[i]]
    return [f"Wrong on {len(wrong)} of {len(compared)} cases", f"Wrong with {grouped(wrong, exercise.name)}.",
            *([f"Right with {grouped(right, exercise.name)}."] if right else [])]


def _other_side(exercise: RecordedExercise, found: list[list[Difference]], stopped: set[int], shown: int) -> list[str]:
    """Some cases may stop with an error while others give wrong numbers. If so, returns a case of the kind that is not
    shown yet, so that neither kind hides the other."""
    others = [i for i in comparable(exercise, found) if found[i] and (i in stopped) != (shown in stopped)
              and (i in stopped or exercise.cases[i].check == "output")]
    return [f"With {exercise.cases[others[0]].label}: {worst(found[others[0]]).message}"] if others else []


def _elsewhere(exercise: RecordedExercise, found: list[list[Difference]]) -> list[str]:
    """Returns what is wrong on another device, if anything is."""
    return [f"With {case.label}: {worst(ds).message}" for case, ds in zip(exercise.cases, found)
            if case.check == "device" and ds][:1]


def _kept(case: RecordedCase, ask: Callable[[Question], Answer], scale: dict[str, float]) -> str | None:
    """Returns what to say if a call is wrong only because of the calls before it."""
    alone = replace(case.question, earlier=None, earliest=None)
    if alone == case.question or differences(case, ask(alone), scale):
        return None
    only_earliest = case.question.earliest and not differences(case, ask(replace(case.question, earliest=None)), scale)
    before = case.question.earliest if only_earliest else case.question.earlier
    twice = replace(case.question, earlier=Call(case.question.args, case.question.kwargs), earliest=None)
    if before and of_other_sizes(case, before) and not differences(case, ask(twice), scale):
        return ("A call is right by itself, but wrong after a call on the same module with inputs of other sizes. "
                "Something that depends on the sizes is kept from call to call (an index, a table, a mask, a number of "
                "tokens). Make it again in each call.")
    return "A first call is right, but a second one on the same module is wrong: something is kept from call to call."


def _at_the_border(found: list[Difference]) -> bool:
    """Says whether a report would speak of the border of a map. Its reader would then look for wrong padding."""
    return isinstance(worst(found).facts[0], facts.Border)


def _picture(case: RecordedCase, observation: Answer) -> tuple[Tensor, Tensor] | None:
    for _, leaf in values.leaves(case.expected.output):
        if isinstance(leaf, dict) and "tensor" in leaf and leaf["tensor"] in observation[1]:
            return observation[1][leaf["tensor"]], case.expected_tensors[leaf["tensor"]]
    return None
