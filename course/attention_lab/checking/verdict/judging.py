"""From a learner's code to a verdict: asks every question of an exercise, places the weights, and recognises known
mistakes.

`judge` is given a function that puts a question to the learner's code. In a notebook's check, this function runs the
code in the same process.

All cases are asked together, and points depend only on these answers. Other questions serve to place the weights (see
`placement`) or to find the words of the report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from ..facts import facts, wording
from ..facts.compare import close, tolerance
from ..form import values
from ..form.protocol import Answer, Observation, Question
from ..known import placement
from ..known.recorded import RecordedCase, RecordedExercise, RecordedMistake
from .causes import misused_layers, not_gathered, shared, with_use
from .differences import Difference, differences, first_input, of_output
from .recognition import recognised
from .trace import first_difference
from .verdict import (
    Check,
    Verdict,
    best_first,
    by_value,
    candidates,
    checks_in,
    checks_of,
    comparable,
    contradicted,
    green,
    grouped,
    headline,
    leading_case,
    listed,
    near_throughout,
    of_other_sizes,
    other_kinds,
    other_names,
    points_of,
    unsaid,
    unwritten,
    worst,
)

Ask = Callable[[Question, dict[str, Tensor]], Answer]
AskAll = Callable[[list[Question]], list[Answer]]
NEAR_THROUGHOUT = ("No output is wrong by more than a thousandth of its largest number. A different value of eps, or "
                   "of another small constant, makes a difference of that size.")
EXPLAINED = 12  # if many placements come equally close, at most this many of them are looked at in detail


def judge(exercise: RecordedExercise, ask: Ask, secret: bool = False, ask_all: AskAll | None = None) -> Verdict:
    """Asks every question of `exercise`, and decides. It never raises what the learner's code raises.

    secret: True if the verdict must not hold an expected number, nor a number from which one can be computed.
    ask_all: asks one question for each case. It asks all of them in a process that has not been asked about this
        exercise before. Without it, the questions are asked one by one. If the questions are `widened`, the process is
        the same, and there may be no answers; then those to the first questions count.
    """
    if any(case.secret != secret for case in exercise.cases):
        exercise = replace(exercise, cases=[replace(case, secret=secret) for case in exercise.cases])
    scale, ask_all = exercise.scale, ask_all or partial(_one_by_one, exercise, ask)
    observed, found = _asked(exercise, ask_all, [0] * len(exercise.cases))
    known, first = None, observed
    if wide := _widened(exercise, observed, found):
        answers, differing = _asked(wide, ask_all, [0] * len(exercise.cases))
        if any(map(_float32_matters, zip(answers, differing), zip(observed, found))):
            known = recognised(exercise, observed, found, _all_stopped(exercise, observed, found))
            exercise, observed, found = wide, answers, differing
    choices, observed, found, sought, others = _placed(exercise, ask, ask_all, observed, found)
    found = [ds + _float32(case, header, before)
             for case, (header, _), (before, _), ds in zip(exercise.cases, observed, first, found)]
    gaps = [(case, header.raised.place) for case, (header, _) in zip(exercise.cases, observed)
            if by_value(case) and not header.unplaced and header.raised and header.raised.not_implemented]
    if gaps:
        missing = {case.question.method for case, _ in gaps}
        earlier = next((place for _, place in gaps if place in exercise.uses), None)
        half = None if earlier else _half_written(exercise, ask, secret, missing)
        return half or unwritten(exercise, earlier or gaps[0][1])
    found = _told_once(exercise, found)
    if not any(found):
        return Verdict(exercise.name, exercise.points, exercise.points,
                       [Check(a, "passed") for a in checks_in(exercise)],
                       green(exercise), notes=other_names(exercise, observed[0][0]) + other_kinds(exercise, observed))

    def again(i: int, question: Question, other: dict[str, Tensor] | None = None) -> Answer:
        tensors = exercise.cases[i].tensors
        return ask(replace(question, choice=choices[i]), {**tensors, **other} if other else tensors)

    def elsewhere() -> RecordedMistake | None:
        for other in others:
            answers, wrong = _asked(exercise, partial(_one_by_one, exercise, ask), other)
            if mistake := any(wrong) and recognised(exercise, answers, wrong, _all_stopped(exercise, answers, wrong)):
                return mistake
        return None
    return _red(exercise, observed, found, scale, again, sought, known, elsewhere)


def _half_written(exercise: RecordedExercise, ask: Ask, secret: bool, missing: set[str]) -> Verdict | None:
    """Returns a verdict on the methods that are written, without points. The methods in `missing` are not written.
    Returns None if all are missing."""
    kept = [i for i, case in enumerate(exercise.cases) if case.question.method not in missing]
    if not any(by_value(exercise.cases[i]) for i in kept):
        return None
    part = replace(exercise, cases=[exercise.cases[i] for i in kept])
    verdict = judge(part, ask, secret)
    methods = sorted({f"`{case.question.method}`" for case in part.cases})
    written = listed(methods)
    gap = (
        f"{listed([f'`{method}`' for method in sorted(missing)])} {'is' if len(missing) == 1 else 'are'} not"
        " written yet"
    )
    if verdict.points == verdict.max_points:
        inputs = sum(map(by_value, part.cases))
        verdict.headline = (f"{written} {'is' if len(methods) == 1 else 'are'} right on {inputs} "
                            f"input{'s' if inputs > 1 else ''}; {gap}.")
        verdict.started = False
    else:
        verdict.notes.append(f"{gap}: this report is about {written} alone.")
    failed = {check.name: check for check in verdict.checks if check.outcome != "passed"}
    verdict.checks = [failed.get(check, Check(check, "failed", "not implemented yet")) for check in checks_in(exercise)]
    verdict.points, verdict.why = 0.0, ""
    return verdict


def _one_by_one(exercise: RecordedExercise, ask: Ask, questions: list[Question]) -> list[Answer]:
    return [ask(question, case.tensors) for question, case in zip(questions, exercise.cases)]


def _asked(exercise: RecordedExercise, ask_all: AskAll,
           choices: list[int]) -> tuple[list[Answer], list[list[Difference]]]:
    """Returns the answers for these placements of the weights, and what is wrong with each. Both are empty if the
    questions could not be asked."""
    answers = ask_all([replace(case.question, choice=choice, trace=False)
                       for case, choice in zip(exercise.cases, choices)])
    return answers, [differences(case, answer, exercise.scale) for case, answer in zip(exercise.cases, answers)]


def _widened(exercise: RecordedExercise, observed: list[Answer],
             found: list[list[Difference]]) -> RecordedExercise | None:
    """Returns the exercise with questions that give every float32 the dtype of the input. Returns None if no float32
    tensor takes part where the answer is wrong."""
    def may_be(case: RecordedCase) -> bool:
        return case.question.dtype == "float64" and not case.question.measured and not case.expected.raised

    if not any(header.float32 and may_be(case) and by_value(case) and any(d.check != "dtype" for d in ds)
               for case, (header, _), ds in zip(exercise.cases, observed, found)):
        return None
    return replace(exercise, cases=[replace(case, question=replace(case.question, widened=True)) if may_be(case)
                                    else case for case in exercise.cases])


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


def _placed(exercise: RecordedExercise, ask: Ask, ask_all: AskAll, observed: list[Answer],
            found: list[list[Difference]]) -> tuple[list[int], list[Answer], list[list[Difference]], int,
                                                    list[list[int]]]:
    """Returns, for every case, a placement of the weights, the answer that it leads to, and what is wrong with this
    answer. Also returns how many placements there were to choose from, and those that came as close as the chosen one.

    observed, found: the same for the first placement. If something is wrong and the weights may belong elsewhere, all
        cases are asked again. Then only these second answers count, whether they are right or wrong.
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
        return first, observed, found, 1, []
    choices, sought = placement.choices(exercise.cases, headers, right, best)
    others = [placement.choices(exercise.cases, headers, lambda *_: False, lambda *_: way)[0]  # noqa: B023
              for way in closest[1:]]
    if choices != first:
        observed, found = _asked(exercise, ask_all, choices)
    return choices, observed, found, sought, others


def _search(case: RecordedCase, ask: Ask, scale: dict[str, float], choices: list[int]) -> list[int]:
    """Returns the first placement that reproduces the reference, or else those that come closest.

    The closest ones have the fewest wrong outputs and, of these, the most sub-modules that agree with the reference.
    One whose difference can be described comes first.
    """
    tried = []
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
        tried.append((wrong, -first_difference(case, (header, tensors), scale)[1], choice))
    least = min((t[:2] for t in tried), default=None)
    closest = [choice for *far, choice in tried if tuple(far) == least][:EXPLAINED]

    def telling(choice: int) -> bool:
        header, tensors = ask(replace(case.question, choice=choice, gradients=False), case.tensors)
        return not header.raised and any(d.specific for d in of_output(case, header, tensors, scale))
    best = next(filter(telling, closest), closest[0] if closest else choices[0])
    return [best, *(choice for choice in closest if choice != best)]


def _red(exercise: RecordedExercise, observed: list[Answer], found: list[list[Difference]], scale: dict[str, float],
         ask: Callable[..., Answer], sought: int, known: RecordedMistake | None,
         elsewhere: Callable[[], RecordedMistake | None]) -> Verdict:
    """Returns the verdict on an exercise that is not right.

    ask: asks a changed form of one case's question. Some tensors may then hold other numbers. Its result only helps to
        choose words, because it is called after the checks and points are settled.
    sought: how many placements of the weights there were to choose from.
    known: the mistake that was recognised before the questions were widened.
    elsewhere: looks for a known mistake with the other placements. They choose words only.
    """
    checks = checks_of(exercise, found)
    points, why = points_of(exercise, found, checks)
    verdict = Verdict(exercise.name, points, exercise.points, checks, "", why=why)
    index = leading_case(exercise, found)
    stopped = _all_stopped(exercise, observed, found)
    mistake = known or recognised(exercise, observed, found, stopped) or elsewhere()
    if mistake:  # the cause is known, so a case that suggests another cause would only distract
        shows = [i for i in candidates(found) if i not in stopped]
        index = next((i for i in shows if not _at_the_border(found[i])), (shows or candidates(found))[0])
    case = exercise.cases[index]
    retry = replace(case.question, gradients=False, trace=False)
    found[index] = [with_use(d, case, observed[index], lambda other: ask(index, retry, other)) for d in found[index]]
    found[index] = [d for d in found[index] if not contradicted(exercise, found, d)] or found[index]
    difference = worst(found[index])
    wrong_numbers = any(d.check == case.check and d.where.startswith("output") for d in found[index])
    shown = _picture(case, observed[index])
    verdict.shown = None if case.secret else shown
    begins = shared(case, observed[index][0])
    # for this case alone, we ask what the sub-modules receive and give
    if not begins and wrong_numbers and shown and case.question.trace:
        traced = ask(index, case.question)
        begins = misused_layers(case, traced) or first_difference(case, traced, scale)[0]
        # a guess at the cause, where it is not known
        begins = isinstance(begins, facts.AllAgree) and not mistake and not_gathered(case, traced) or begins
    trace = wording.words(begins, reveal=not case.secret) if begins else None
    if mistake:
        verdict.mistake, verdict.headline = mistake.id, mistake.sentence
    elif kept := _kept(case, partial(ask, index), scale):
        verdict.headline = kept
    else:
        verdict.headline, verdict.specific = headline(exercise, found, index, difference, begins)
    more = [unsaid(d, verdict.headline) for d in best_first(found[index])[:2]]
    verdict.evidence = [f"With {case.label}{':' if any(more) else '.'}", *filter(None, more)]
    verdict.evidence += _other_side(exercise, found, stopped, index)
    if difference.check == "dtype":  # what is float32 for want of a dtype is often on the CPU for want of a device
        verdict.evidence += _elsewhere(exercise, found)
    if not mistake and isinstance(difference.facts[0], facts.NumbersDiffer) and near_throughout(exercise, found):
        verdict.evidence.append(NEAR_THROUGHOUT)
    compared = comparable(exercise, found)
    wrong = [exercise.cases[i].label for i in compared if found[i]]
    right = [exercise.cases[i].label for i in compared if not found[i]]
    if not isinstance(difference.facts[0], facts.MadeFloat32):  # with this one, the numbers are right
        verdict.cases = [f"Wrong on {len(wrong)} of {len(compared)} cases",
                         f"Wrong with {grouped(wrong, exercise.name)}."]
        verdict.cases += [f"Right with {grouped(right, exercise.name)}."] if right else []
    if found[0] and difference.where != "crash" and sought > 1:
        verdict.evidence.append("Your layers have different names from the exercise's, and several have the same "
                                f"shape. There are {sought} ways to load the exercise's weights into them, and the "
                                "answer is right with none of these. This report is about one of these ways.")
    verdict.where = [trace] if trace and trace not in verdict.headline else []
    return verdict


def _all_stopped(exercise: RecordedExercise, observed: list[Answer], found: list[list[Difference]]) -> set[int]:
    """Returns the cases that the learner's code should answer, but in which it raised an error."""
    return {i for i, (case, (header, _), ds) in enumerate(zip(exercise.cases, observed, found))
            if ds and header.raised and not case.expected.raised and not header.unplaced}


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
    if before and of_other_sizes(case, before):
        return ("A call is right by itself, but wrong after a call on the same module with inputs of other sizes. "
                "Something that depends on the sizes is kept from call to call (an index, a table, a mask, a number of "
                "tokens). Make it again in each call.")
    return "A first call is right, but a second one on the same module is wrong: something is kept from call to call."


def _told_once(exercise: RecordedExercise, found: list[list[Difference]]) -> list[list[Difference]]:
    """Makes sure that one mistake costs points only once. A check that already fails on the CPU (a missing gradient, a
    dtype) does not fail again on another device. If a second call gets the same input
    and gives a wrong answer, no further check fails where the check of the output or of the state already does."""
    ordinary = [not case.question.again and case.check != "device" for case in exercise.cases]
    lost = {d.check for own, ds in zip(ordinary, found) if own for d in ds}
    # the check to which a wrong second answer is ascribed
    known = next((check for check in ("output", "state") if check in lost), "input")

    def told(case: RecordedCase, ds: list[Difference]) -> list[Difference]:
        if case.check == "device":
            return [d.of("device") for d in ds if d.check not in lost]
        if case.question.again:
            return [d.of(known) if d.check == "input" and not d.where.startswith("input") else d for d in ds]
        return ds
    return [told(case, ds) for case, ds in zip(exercise.cases, found)]


def _at_the_border(found: list[Difference]) -> bool:
    """Says whether a report would speak of the border of a map. Its reader would then look for wrong padding."""
    return isinstance(worst(found).facts[0], facts.Border)


def _picture(case: RecordedCase, observation: Answer) -> tuple[Tensor, Tensor] | None:
    for _, leaf in values.leaves(case.expected.output):
        if isinstance(leaf, dict) and "tensor" in leaf and leaf["tensor"] in observation[1]:
            return observation[1][leaf["tensor"]], case.expected_tensors[leaf["tensor"]]
    return None
