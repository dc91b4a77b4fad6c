"""From a learner's code to a verdict: asks every question of an exercise, and decides.

`judge` is given a function that puts a question to the learner's code. In a notebook's check, this function runs the
code in the same process.
"""

from __future__ import annotations

from dataclasses import replace

from ..known.recorded import RecordedCase, RecordedExercise
from .asking import Ask, AskAll, ask_exercise
from .differences import Difference
from .sentences import other_kinds, other_names, praise, unwritten_verdict
from .verdict import Check, Verdict, by_value, checks_in, listed
from .wrong import explain


def judge(exercise: RecordedExercise, ask: Ask, secret: bool = False, ask_all: AskAll | None = None) -> Verdict:
    """Asks every question of `exercise`, and decides. It never raises what the learner's code raises.

    secret: True if the verdict must not hold an expected number, nor a number from which one can be computed.
    ask_all: asks one question for each case. It asks all of them in a process that has not been asked about this
        exercise before. Without it, the questions are asked one by one. If the questions are `widened`, the process is
        the same, and there may be no answers; then those to the first questions count.
    """
    if any(case.secret != secret for case in exercise.cases):
        exercise = replace(exercise, cases=[replace(case, secret=secret) for case in exercise.cases])
    result = ask_exercise(exercise, ask, ask_all)
    exercise, headers = result.view.exercise, [header for header, _ in result.view.answers]
    gaps = [(case, header.raised.place) for case, header in zip(exercise.cases, headers)
            if by_value(case) and not header.unplaced and header.raised and header.raised.not_implemented]
    if gaps:
        missing = {case.question.method for case, _ in gaps}
        earlier = next((place for _, place in gaps if place in exercise.uses), None)
        half = None if earlier else _judge_part(exercise, ask, secret, missing)
        return half or unwritten_verdict(exercise, earlier or gaps[0][1])
    result.view.found = _charge_once(exercise, result.view.found)
    if any(result.view.found):
        return explain(result, ask)
    return Verdict(exercise.name, exercise.points, exercise.points,
                   [Check(a, "passed") for a in checks_in(exercise)],
                   praise(exercise), notes=other_names(exercise, headers[0], result.choices[0])
                   + other_kinds(exercise, result.view.answers))


def _judge_part(exercise: RecordedExercise, ask: Ask, secret: bool, missing: set[str]) -> Verdict | None:
    """Returns a verdict on the methods that are written, without points. The methods in `missing` are not written.
    Returns None if all are missing."""
    numbers = [i for i, case in enumerate(exercise.cases) if case.question.method not in missing]
    if not any(by_value(exercise.cases[i]) for i in numbers):
        return None
    part = replace(exercise, cases=[exercise.cases[i] for i in numbers])
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


def _charge_once(exercise: RecordedExercise, found: list[list[Difference]]) -> list[list[Difference]]:
    """Makes sure that one mistake costs points only once. A check that already fails on the CPU (a missing gradient, a
    dtype) does not fail again on another device. If a second call gets the same input
    and gives a wrong answer, no further check fails where the check of the output or of the state already does."""
    ordinary = [not case.question.again and case.check != "device" for case in exercise.cases]
    lost = {d.check for own, ds in zip(ordinary, found) if own for d in ds}
    # the check to which a wrong second answer is ascribed
    known = next((check for check in ("output", "state") if check in lost), "input")

    def charge(case: RecordedCase, ds: list[Difference]) -> list[Difference]:
        if case.check == "device":
            return [d.of("device") for d in ds if d.check not in lost]
        if case.question.again:
            return [d.of(known) if d.check == "input" and not d.where.startswith("input") else d for d in ds]
        return ds
    return [charge(case, ds) for case, ds in zip(exercise.cases, found)]
