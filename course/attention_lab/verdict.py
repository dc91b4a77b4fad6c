"""From observations to a verdict: what was checked, what failed, which sentence leads, how many points.

`judge` is given a function that asks the learner's code a question; the visible check asks in the same process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from torch import Tensor

from . import fingerprint, values
from .compare import OF_IMAGES, close, tolerance
from .differences import NO_GRADIENT, Difference, differences, of_output
from .recorded import Case, Exercise, Mistake, Observation
from .trace import first_difference

Ask = Callable[[dict, dict[str, Tensor]], Observation]

# What each check is worth in an exercise that has it, and what a green line says of it. Without a right output the rest is
# worth nothing: an empty function leaves its input untouched too. Where memory is limited, all the rest is worth half of the points.
SHARES = {"output": 4, "gradients": 3, "memory": 3, "start": 1, "large": 1, "state": 1, "dtype": 1, "device": 1, "input": 1, "errors": 1}
VERIFIED = {"output": "output", "gradients": "gradients", "memory": "memory stays within the limit",
            "start": "a fresh module does what it should", "large": "large numbers do not overflow",
            "state": "nothing is kept from call to call", "dtype": "dtype followed", "device": "device followed",
            "input": "input untouched", "errors": "impossible arguments refused"}
NOT_COMPARED = "not compared: the output is not right"
COMPARED = ("gradients", "large", "dtype", "device", "state")  # the checks that say nothing where the output is wrong
EXPLAINED = 12  # placements that come equally close and are looked at in detail


@dataclass(frozen=True)
class Check:
    """One line of a report. outcome: passed, failed, error (the learner's code raised, or defines no module), or timeout, which only
    the judge of another process can give."""

    name: str
    outcome: str
    message: str = ""


@dataclass
class Verdict:
    """mistake: the id of the catalogued mistake or None. headline: the sentence that leads. specific: it points at the fault.

    evidence: what was seen (input, expected, got). cases: how many are wrong, then which. where: where to look.
    notes: what holds besides, however many points there are.
    """

    exercise: str
    points: float
    max_points: float
    checks: list[Check]
    headline: str
    evidence: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    mistake: str | None = None
    specific: bool = True
    started: bool = True
    shown: tuple[Tensor, Tensor] | None = None  # (got, expected) of the first output that differs, for a picture
    notes: list[str] = field(default_factory=list)


def judge(exercise: Exercise, ask: Ask, secret: bool = False) -> Verdict:
    """Ask every question of `exercise` and decide. Never raises what the learner's code raises.

    secret: the verdict holds no expected number, and none from which one can be computed.
    """
    if any(case.secret != secret for case in exercise.cases):
        exercise = replace(exercise, cases=[replace(case, secret=secret) for case in exercise.cases])
    scale = exercise.scale
    choices, observed = _placed(exercise, ask, scale)
    for case, (header, _) in zip(exercise.cases, observed):
        wanted = case.question["device"] == "cpu" and not case.expected["raised"]  # refusing in another way is a mistake, no gap
        if wanted and header["raised"] and header["raised"]["not_implemented"]:
            return _unwritten(exercise, header["raised"]["place"])
    found = _told_once(exercise, [differences(case, observation, scale) for case, observation in zip(exercise.cases, observed)])
    if not any(found):
        return Verdict(exercise.name, exercise.points, exercise.points, [Check(a, "passed") for a in aspects(exercise)],
                       _green(exercise), notes=_other_names(exercise, observed[0][0]))
    return _red(exercise, observed, found, scale, lambda i, question: ask({**question, "choice": choices[i]}, exercise.cases[i].tensors))


def aspects(exercise: Exercise) -> list[str]:
    """The checks that an exercise has, in the order of SHARES."""
    has = {case.aspect for case in exercise.cases} | {"output"}
    for case in exercise.cases:
        has |= {"gradients"} if any(n.startswith("grad.") for n in case.expected_tensors) else set()
        given = [*case.question["args"], *case.question["kwargs"].values()]
        # of a module that is given, nothing is compared afterwards
        tensors = any(isinstance(leaf, dict) and "tensor" in leaf for node in given for _, leaf in values.leaves(node))
        changeable = tensors or any(isinstance(node, list) for node in given)
        has |= {"input"} if changeable else set()
        has |= {"dtype"} if any(n.startswith("output") for n in case.expected_tensors) else set()
        has |= {"state"} if any(n.startswith("buffer.") for n in case.expected_tensors) else set()
        has |= {"memory"} if case.limit is not None or case.peak is not None else set()
    return [aspect for aspect in SHARES if aspect in has]


def _unwritten(exercise: Exercise, place: str | None) -> Verdict:
    earlier = place in exercise.uses
    what = f"`{place}`, an earlier exercise that this one uses, is not implemented" if earlier else "Not implemented"
    return Verdict(exercise.name, 0.0, exercise.points, [Check(a, "failed", "not implemented yet") for a in aspects(exercise)],
                   f"{what} yet: write the code where {'its' if earlier else 'the'} cell says so, run it, then run this check again.",
                   started=False)


def _placed(exercise: Exercise, ask: Ask, scale: dict[str, float]) -> tuple[list[int], list[Observation]]:
    """Every case's answer, with the placement of the weights that reproduces the reference on the first case, or comes closest.

    Where another case leaves other doubts (a reduction of 1 makes more shapes equal), it is asked anew.
    """
    choices, observed, lost = [], [], False
    for case in exercise.cases:
        choice = choices[0] if choices else 0
        answer = ask({**case.question, "choice": choice, "trace": False}, case.tensors)
        count = answer[0]["placements"]
        doubtful = count > 1 and (not observed or count != observed[0][0]["placements"]) and case.question["device"] != "meta"
        if doubtful and not lost and differences(case, answer, scale):
            choice, answer = _search(case, ask, scale, count)
        if not observed:
            lost = bool(differences(case, answer, scale))  # what no placement makes right on the first case is searched no further
        choices.append(choice)
        observed.append(answer)
    return choices, observed


def _search(case: Case, ask: Ask, scale: dict[str, float], count: int) -> tuple[int, Observation]:
    """The first placement that reproduces the reference; or the one that comes closest: the fewest wrong outputs, the most
    sub-modules that agree, a difference of which something can be said."""
    tried = []
    outputs = {name: t for name, t in case.expected_tensors.items() if name.startswith("output")}
    for choice in range(count):
        question = {**case.question, "choice": choice}
        header, tensors = ask({**question, "gradients": False}, case.tensors)
        if header["raised"]:
            break  # a crash seldom depends on the numbers
        within = {name: tolerance(case.largest[name], scale.get("output", 0.0), question["dtype"]) for name in outputs}
        wrong = sum(name not in tensors or not close(tensors[name], t, within[name]) for name, t in outputs.items())
        if not wrong and not differences(case, answer := ask(question, case.tensors), scale):
            return choice, answer
        tried.append((wrong, -first_difference(case, (header, tensors), scale)[1], choice, (header, tensors)))
    least = min((t[:2] for t in tried), default=None)
    closest = [t for t in tried if t[:2] == least][:EXPLAINED]
    telling = (t[2] for t in closest if any(d.specific for d in of_output(case, *t[3], scale)))
    best = next(telling, closest[0][2] if closest else 0)
    return best, ask({**case.question, "choice": best}, case.tensors)


def _green(exercise: Exercise) -> str:
    """What was verified, in one line."""
    has = aspects(exercise)
    compared = [case for case in exercise.cases if not case.expected["raised"] and case.question["device"] == "cpu"]
    what = "Output and gradients equal" if "gradients" in has else "Output equals"
    kept = any(case.question["earlier"] for case in compared)
    verified = {**VERIFIED, "state": VERIFIED["state"] if kept else "running statistics too"}
    rest = [verified[aspect] for aspect in has if aspect not in ("output", "gradients")]
    return f"{what} the reference on {len(compared)} input{'s' if len(compared) > 1 else ''}" + "".join(f"; {text}" for text in rest) + "."


def _other_names(exercise: Exercise, header: dict) -> list[str]:
    """A note for those whose layers have other names than on the page: right as they are, but later cells may want the page's."""
    theirs = [name for name in exercise.cases[0].tensors if name.startswith("state.")]
    mine = [name for name, _ in header["parameters"]]
    other = sorted({name.rpartition(".")[0] or name for name in mine if f"state.{name}" not in theirs})
    if not other or exercise.cases[0].secret:
        return []
    called = "has another name" if len(other) == 1 else "have other names"
    return [f"Your {' and '.join(f'`{name}`' for name in other[:3])} {called} than on the "
            "page. That is right; but a later cell that uses the page's names will not find them."]


def _red(exercise: Exercise, observed: list[Observation], found: list[list[Difference]], scale: dict[str, float],
         ask: Callable[[int, dict], Observation]) -> Verdict:
    checks = _checks(exercise, found)
    verdict = Verdict(exercise.name, _points(exercise, found, checks), exercise.points, checks, "")
    index = _leading(found)
    mistake = _recognise(exercise, observed, found, scale, index)
    if mistake:  # the cause is known: what an odd case would make one guess only distracts
        index = _candidates(found)[0]
    case, difference = exercise.cases[index], _worst(found[index])
    wrong_numbers = difference.aspect == case.aspect and difference.where.startswith("output")
    shown = _picture(case, observed[index])
    verdict.shown = None if case.secret else shown
    trace = None
    if wrong_numbers and shown and case.question["trace"]:  # what its sub-modules receive and give is asked of this case alone
        trace = first_difference(case, ask(index, case.question), scale)[0]
    if mistake:
        verdict.mistake, verdict.headline = mistake.id, mistake.sentence
    else:
        verdict.headline, verdict.specific = _headline(exercise, found, index, difference, trace, ask, scale)
    more = [_unsaid(d, verdict.headline) for d in _best_first(found[index])[:2]]
    verdict.evidence = [f"With {case.label}{':' if any(more) else '.'}", *filter(None, more)]
    compared = _compared(exercise, found)
    wrong = [exercise.cases[i].label for i in compared if found[i]]
    right = [exercise.cases[i].label for i in compared if not found[i]]
    verdict.cases = [f"Wrong on {len(wrong)} of {len(compared)} cases", f"Wrong with {'; '.join(wrong)}."]
    verdict.cases += [f"Right with {'; '.join(right)}."] if right else []
    if found[0] and difference.where != "crash" and (count := observed[0][0]["placements"]) > 1:
        verdict.evidence.append(f"Your layers have other names than the exercise's and several are alike: with none of the {count} ways "
                                "to hand out the weights is all right; what is said here holds for one of them.")
    verdict.where = [trace] if trace and trace not in verdict.headline else []
    return verdict


def _told_once(exercise: Exercise, found: list[list[Difference]]) -> list[list[Difference]]:
    """On another device, a check that fails on the CPU already (a gradient that is missing, a dtype) is not lost a second time; nor is
    what is kept from call to call lost where the same input comes twice."""
    ordinary = [not case.question.get("again") and case.aspect != "device" for case in exercise.cases]
    lost = {d.aspect for own, ds in zip(ordinary, found) if own for d in ds}
    known = next((aspect for aspect in ("output", "state") if aspect in lost), "input")  # to what a wrong second answer is put down

    def told(case: Case, ds: list[Difference]) -> list[Difference]:
        if case.aspect == "device":
            return [d.of("device") for d in ds if d.aspect not in lost]
        if case.question.get("again"):
            return [d.of(known) if d.aspect == "input" and not d.where.startswith("input") else d for d in ds]
        return ds
    return [told(case, ds) for case, ds in zip(exercise.cases, found)]


def _compared(exercise: Exercise, found: list[list[Difference]]) -> list[int]:
    """The cases of which it can be said that they are right or wrong: shapes on another device say nothing where numbers are wrong."""
    wrong = any(d.aspect == "output" for ds in found for d in ds)
    return [i for i, case in enumerate(exercise.cases) if not (wrong and case.aspect == "device")]


def _points(exercise: Exercise, found: list[list[Difference]], checks: list[Check]) -> float:
    """The shares of the checks that passed. Where the output is wrong the other checks are worth nothing, and being right on at
    least half of the cases is worth half of the output's share. Above a limit of memory at most half of the points are left."""
    shares = {check.name: SHARES[check.name] for check in checks}
    passed = sum(shares[check.name] for check in checks if check.outcome == "passed")
    if any(check.name == "output" and check.outcome != "passed" for check in checks):
        outputs = [ds for case, ds in zip(exercise.cases, found) if case.aspect == "output"]
        passed = shares["output"] / 2 if 2 * sum(not ds for ds in outputs) >= len(outputs) else 0
    if any(check.name == "memory" and check.outcome != "passed" for check in checks):
        passed = min(passed, sum(shares.values()) / 2)
    return int(exercise.points * passed / sum(shares.values()) * 20) / 20  # rounded down to a twentieth: what is missing is missing


def _unsaid(difference: Difference, headline: str) -> str:
    """What the headline does not say of a difference; of a crash the line and the shapes."""
    first, _, rest = difference.message.partition("\n")
    if first in headline:
        return rest
    return f"{difference.where}: {difference.message}" if difference.where != "crash" else difference.message


def _checks(exercise: Exercise, found: list[list[Difference]]) -> list[Check]:
    """One check an aspect; what could not be compared because the output is wrong has failed too."""
    failed: dict[str, tuple[str, str]] = {}
    for case, ds in zip(exercise.cases, found):
        for d in ds:
            if d.aspect not in failed:
                outcome = "error" if d.where in ("crash", "class") else "failed"
                failed[d.aspect] = outcome, f"With {case.label}: {d.where}: {d.message}"
    if "output" in failed:
        failed |= dict.fromkeys(COMPARED, ("failed", NOT_COMPARED))
    return [Check(aspect, *failed.get(aspect, ("passed", ""))) for aspect in aspects(exercise)]


def _best_first(found: list[Difference]) -> list[Difference]:
    order = ["input", *(aspect for aspect in SHARES if aspect != "input")]  # a changed input explains all that follows
    return sorted(found, key=lambda d: (d.where == "crash" and len(found) > 1, not d.specific, order.index(d.aspect),
                                        d.message != NO_GRADIENT))  # of the gradients, the one that is missing


def _worst(found: list[Difference]) -> Difference:
    return _best_first(found)[0]


def _candidates(found: list[list[Difference]]) -> list[int]:
    """The failing cases of which one is shown: a wrong output before a wrong gradient before the rest."""
    order = list(SHARES)
    rank = {i: min(order.index(d.aspect) for d in ds) for i, ds in enumerate(found) if ds}
    return [i for i in rank if rank[i] == min(rank.values())]


def _leading(found: list[list[Difference]]) -> int:
    """The failing case that says most: where something specific is seen."""
    candidates = _candidates(found)
    return next((i for i in candidates if any(d.specific for d in found[i])), candidates[0])


def _headline(exercise: Exercise, found: list[list[Difference]], index: int, difference: Difference, trace: str | None,
              ask: Callable[[int, dict], Observation], scale: dict[str, float]) -> tuple[str, bool]:
    """The most useful sentence where no catalogued mistake fits, and whether it points at the fault."""
    case = exercise.cases[index]
    if case.question["earlier"] and not differences(case, ask(index, {**case.question, "earlier": None}), scale):
        return "A first call is right, a second one on the same module is wrong: something is kept from call to call.", True
    if case.question.get("again") and difference.aspect == "input":
        return "Asked twice with the very same input, the second answer is wrong: your code changes its input.", True
    values_cases = [i for i in _compared(exercise, found) if not exercise.cases[i].expected["raised"]]
    wrong = [i for i in values_cases if found[i]]
    begins = trace and "first difference is" in trace and difference.message.startswith(OF_IMAGES)
    if trace and (not difference.specific or begins):
        return trace, True
    first, *_ = difference.message.split("\n")
    lead = f"{difference.where[0].upper()}{difference.where[1:]}: {first}"
    unknown = [name for name in exercise.uses if difference.message.startswith("NameError") and f"'{name}'" in difference.message]
    if unknown:
        return f"`{unknown[0]}` is not defined yet: run the cell of that exercise first, then check this one again.", True
    if difference.where == "crash":
        lead = "Your code stops with an error: " + first
        if "unexpected keyword argument" in lead or "required positional argument" in lead:
            return lead + ". Keep the arguments and their names as the exercise gives them.", True
    if difference.where in ("parameters", "class", "device"):
        lead = first
    if difference.aspect == "memory":  # what comes before it in SHARES is right
        return f"The numbers are right, but your code holds more at once than it may. {lead}", True
    if wrong and len(wrong) <= len(values_cases) // 2 and index in wrong:
        return f"Right on other inputs, wrong with {case.label}. {lead}", True
    if case.expected["raised"]:
        lead = f"With {case.label}: {difference.message}"
    return lead, difference.specific


def _recognise(exercise: Exercise, observed: list[Observation], found: list[list[Difference]], scale: dict[str, float],
               leading: int) -> Mistake | None:
    """The catalogued mistake whose whole observation is this one; or, where several mistakes were made at once, the one that
    explains the leading case, and of the others most, completely."""
    prints = [fingerprint.fingerprint(*o, case.mentions) for case, o in zip(exercise.cases, observed)]
    zero = [fingerprint.row_scales(o[1], scale) for o in observed]
    dtypes = [case.question["dtype"] for case in exercise.cases]
    failing = {i for i, ds in enumerate(found) if ds}
    best, most = None, 0
    for mistake, theirs in zip(exercise.mistakes, exercise.telling):
        if (leading in theirs <= failing and len(theirs) > most
                and all(fingerprint.same(prints[i], mistake.fingerprints[i], zero[i], dtypes[i]) for i in theirs)):
            best, most = mistake, len(theirs)
    return best


def _picture(case: Case, observation: Observation) -> tuple[Tensor, Tensor] | None:
    for _, leaf in values.leaves(case.expected["output"]):
        if isinstance(leaf, dict) and "tensor" in leaf and leaf["tensor"] in observation[1]:
            return observation[1][leaf["tensor"]], case.expected_tensors[leaf["tensor"]]
    return None
