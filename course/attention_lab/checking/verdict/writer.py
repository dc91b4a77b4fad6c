"""Words a verdict: the cause, then what is seen in a case that it explains, then in one that it does not."""

from __future__ import annotations

from ..facts import facts, wording
from ..known.recorded import RecordedExercise
from .cause import Cover
from .differences import Difference
from .evidence import Evidence
from .explainers.first_difference import begins
from .explainers.layers import misuse
from .leading import best_first, candidates, comparable, near_throughout, worst
from .sentences import group_labels
from .verdict import Verdict, opening

NEAR_THROUGHOUT = ("No output is wrong by more than a thousandth of its largest number. A different value of eps, or "
                   "of another small constant, makes a difference of that size.")


def tell(verdict: Verdict, evidence: Evidence, cover: Cover, stub: str | None) -> None:
    """Fills in what a report says. stub: what the code returns for every input, if it does not compute."""
    exercise, found = evidence.exercise, list(evidence.found)
    known = cover.mistake is not None
    index = _shown_case(evidence, cover)
    case, found[index] = exercise.cases[index], evidence.details(index)
    difference = worst(found[index])
    verdict.specific = cover.causes[0].specific
    if stub:
        verdict.headline = f"Your code returns {stub} for every input."
        if known and len(cover.causes) == 1 and not cover.rest:
            verdict.headline += f" This is what happens if: {cover.sentence}"
    else:
        verdict.headline, verdict.mistake = cover.sentence, cover.mistake
    if evidence.wrong_output(index) and not case.secret:
        verdict.shown = evidence.picture(index)
    more = [_rest_of_message(d, verdict.headline) for d in best_first(found[index])[:2]]
    verdict.evidence = [f"{opening(case)}{':' if any(more) else '.'}", *filter(None, more)]
    if not stub:
        verdict.evidence += _unexplained(exercise, found, cover)
    verdict.evidence += _other_side(evidence, found, index)
    if difference.check == "dtype":  # what is float32 for want of a dtype is often on the CPU for want of a device
        verdict.evidence += _elsewhere(exercise, found)
    if not known and isinstance(difference.facts[0], facts.NumbersDiffer) and near_throughout(exercise, found):
        verdict.evidence.append(NEAR_THROUGHOUT)
    if not isinstance(difference.facts[0], facts.MadeFloat32):  # with this one, the numbers are right
        verdict.cases = _cases(exercise, found)
    if found[0] and difference.where != "crash" and evidence.asked.sought > 1:
        verdict.evidence.append("Your layers have different names from the exercise's, and several have the same "
                                f"shape. There are {evidence.asked.sought} ways to load the exercise's weights into "
                                "them, and the answer is right with none of these. This report is about one of these "
                                "ways.")
    begin = misuse(evidence, index) or begins(evidence, index, known)
    trace = wording.words(begin, reveal=not case.secret) if begin else ""
    verdict.where = [trace] if trace and trace not in verdict.headline else []


def _shown_case(evidence: Evidence, cover: Cover) -> int:
    """Returns the case that the report shows. If the cause is known, a case that suggests another cause would only
    distract."""
    first = cover.causes[0]
    if first.mistake is None:
        return evidence.leading if first.shown is None else first.shown
    failing = candidates(evidence.found)
    shows = [i for i in failing if i not in evidence.stopped]
    shows = [i for i in shows or failing if i in first.explains] or shows or failing
    return next((i for i in shows if not _at_the_border(evidence.found[i])), shows[0])


def _at_the_border(ds: list[Difference]) -> bool:
    """Says whether a report would speak of the border of a map. Its reader would then look for wrong padding."""
    return isinstance(worst(ds).facts[0], facts.Border)


def _rest_of_message(difference: Difference, headline: str) -> str:
    """Returns what the headline does not say about a difference. For a crash, this is the line and the shapes."""
    first, _, rest = difference.message.partition("\n")
    if first in headline:
        return rest
    return f"{difference.place}: {difference.message}" if difference.where != "crash" else difference.message


def _unexplained(exercise: RecordedExercise, found: list[list[Difference]], cover: Cover) -> list[str]:
    """Returns the first difference that the first cause does not explain."""
    first, *second = cover.causes
    rest = cover.rest or (second[0].explains - first.explains if second else set())
    if not rest:
        return []
    index = min(rest, key=lambda i: (i not in candidates(found), i))
    begin = "The second shows" if second else "Not explained:" if first.mistake else "But"
    return [f"{begin} with {exercise.cases[index].label}: {worst(found[index]).message}"]


def _other_side(evidence: Evidence, found: list[list[Difference]], shown: int) -> list[str]:
    """Some cases may stop with an error while others give wrong numbers. If so, returns a case of the kind that is not
    shown yet, so that neither kind hides the other."""
    cases, stopped = evidence.exercise.cases, evidence.stopped
    others = [i for i in comparable(evidence.exercise, found) if found[i] and (i in stopped) != (shown in stopped)
              and (i in stopped or cases[i].check == "output")]
    return [f"{opening(cases[others[0]])}: {worst(found[others[0]]).message}"] if others else []


def _elsewhere(exercise: RecordedExercise, found: list[list[Difference]]) -> list[str]:
    """Returns what is wrong on another device, if anything is."""
    return [f"{opening(case)}: {worst(ds).message}" for case, ds in zip(exercise.cases, found)
            if case.check == "device" and ds][:1]


def _cases(exercise: RecordedExercise, found: list[list[Difference]]) -> list[str]:
    """Says on how many cases the answer is wrong, and on which."""
    compared = comparable(exercise, found)
    wrong = [exercise.cases[i].label for i in compared if found[i]]
    right = [exercise.cases[i].label for i in compared if not found[i]]
    return [f"Wrong on {len(wrong)} of {len(compared)} cases", f"Wrong with {group_labels(wrong, exercise.name)}.",
            *([f"Right with {group_labels(right, exercise.name)}."] if right else [])]
