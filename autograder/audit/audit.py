"""Tries a lesson's hidden graders on everything that is known to be right or wrong, for several seeds.

These answers are right: the solved notebook, which goes through the judge like a submission, and the catalogue's right
answers. These are wrong: its known mistakes, each of which the report should call by its own name, its further wrong
answers, and the mutants of the reference, except those that EQUIVALENT names.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import inspect
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from types import ModuleType
from typing import Any

from nbformat import NotebookNode
from rich.text import Text

from attention_lab.checking.known import placement, recorded
from attention_lab.checking.verdict import judging
from attention_lab.checking.verdict.differences import differences
from attention_lab.checking.verdict.verdict import Verdict
from attention_lab.notebook.check import asker, verdict_on
from attention_lab.threads import one_thread
from autograder import recording
from autograder.audit.missing import missing
from autograder.intake.files import read
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.lessons.catalogue import Catalogue, Wrong
from autograder.lessons.course import files_of, solved_folder
from autograder.lessons.topics import topic
from autograder.mutation.mutants import mutants
from autograder.submission import notebook

MUTATED = 3  # the seeds with which mutants are tried, which are many


@dataclass
class Audit:
    """What was judged and what went wrong. Each entry names its seed.

    totals: how many answers of each kind were judged with each seed.
    misnamed: mistakes that lose points, but that the report takes for another mistake.
    mistold: wrong answers whose report does not say what the catalogue expects of it.
    survivors: mutants that get full points, each with the line that differs.
    stale: entries of EQUIVALENT whose mutant no longer exists, or loses points after all.
    unseen: mutants that lose points, but that get full points in the check that learners hold. Hidden cases are there
        to see more, so this does not fail the audit. Each is an input that the check may lack.
    missing: what else the lesson lacks. This is not a fault of its graders either.
    """

    lesson: str
    seeds: tuple[str, ...]
    totals: dict[str, int] = field(default_factory=dict)
    false_rejections: list[str] = field(default_factory=list)
    false_acceptances: list[str] = field(default_factory=list)
    misnamed: list[str] = field(default_factory=list)
    mistold: list[str] = field(default_factory=list)
    survivors: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def problems(self) -> dict[str, list[str]]:
        """Returns the lists of problems that are not empty, each by its title."""
        lists = {"false rejections": self.false_rejections, "false acceptances": self.false_acceptances,
                 "mistakes under another name": self.misnamed, "unexpected reports": self.mistold,
                 "mutants with full points": self.survivors, "EQUIVALENT is stale": self.stale}
        return {what: entries for what, entries in lists.items() if entries}

    @property
    def failed(self) -> bool:
        return bool(self.problems)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "failed": self.failed}

    def __rich__(self) -> Text:
        return Text(str(self))  # as it stands: x[i] is no markup

    def __str__(self) -> str:
        judged = ", ".join(f"{count} {kind}" for kind, count in self.totals.items())
        mutated = f" (mutants with the first {MUTATED})" if len(self.seeds) > MUTATED else ""
        lines = [f"{self.lesson}, {len(self.seeds)} seeds{mutated}: {judged}. "
                 f"{'FAILED' if self.failed else 'Nothing is judged wrongly.'}"]
        for what, entries in self.problems.items():
            lines += [f"  {len(entries)} {what}:", *(f"    {entry}" for entry in entries)]
        return "\n".join([*lines, *(f"  only hidden cases see: {entry}" for entry in self.unseen),
                          *(f"  missing: {entry}" for entry in self.missing)])


def seed_names(count: int) -> list[str]:
    """Returns seeds that are the same in each audit. So if the result of an audit changes, the course has changed."""
    return [f"audit {number}" for number in range(1, count + 1)]


def audit(lesson_name: str, seeds: Sequence[str] = tuple(seed_names(MUTATED))) -> Audit:
    """Judges everything that is known to be right or wrong in a lesson, once for each seed. Raises ValueError for an
    unknown lesson."""
    files = topic(notebook.lesson(lesson_name).topic)
    solved = read(solved_folder(lesson_name) / f"{lesson_name}.ipynb")
    catalogue = files.catalogue
    changed = {e.name: mutants(inspect.getsource(getattr(files.reference, e.name))) for e in files.exercises}
    report = Audit(lesson_name, tuple(seeds), missing=list(missing(files)))
    report.totals = {"solved notebook": 1, "right answers": len(catalogue.right), "mistakes": len(catalogue.mistakes),
                     "wrong answers": len(catalogue.wrong), "mutants": sum(map(len, changed.values())),
                     "of them equivalent": len(catalogue.equivalent)}
    with_full_points: dict[str, list[str]] = {}  # mutants, and the seeds
    mutated: list[str] = []
    for seed in seeds:
        local = _solved_notebook(report, seed, solved, files.reference)
        _known_right_and_wrong(report, seed, local, catalogue)
        if len(mutated) < MUTATED:
            mutated.append(seed)
            for mutant_id in [mutant.id for name, each in changed.items() for mutant in each
                              if local[name].accepts(mutant.source)]:
                with_full_points.setdefault(mutant_id, []).append(seed)
    _check_reports(report, catalogue.wrong, files.reference)
    lines = {mutant.id: _changed_line(inspect.getsource(getattr(files.reference, name)), mutant.source)
             for name, each in changed.items() for mutant in each}
    report.survivors = [f"{name} ({', '.join(where)}){lines[name]}" for name, where in with_full_points.items()
                        if name not in catalogue.equivalent]
    checks = files_of(lesson_name) / recorded.FOLDER
    visible = {name: Local(recorded.load(checks, name), files.reference) for name in changed}
    report.unseen = [f"{mutant.id}{lines[mutant.id]}" for name in visible for mutant in changed[name]
                     if mutant.id not in with_full_points and visible[name].accepts(mutant.source)]
    report.stale = [name for name in catalogue.equivalent if with_full_points.get(name, []) != mutated]
    return report


def _solved_notebook(report: Audit, seed: str, solved: NotebookNode, reference: ModuleType) -> dict[str, Local]:
    """Judges the solved notebook as a submission. Returns each exercise's hidden questions for this seed."""
    with Judge(Settings(device="cpu", seed=seed)) as judge:  # so that the result does not depend on the machine
        result = judge.grade(solved, report.lesson)
        if result.error:
            report.false_rejections.append(f"the solved notebook ({seed}): {result.error}")
        report.false_rejections += [f"{name} of the solved notebook ({seed}): {verdict.headline}"
                                    for name, verdict in result.verdicts.items() if verdict.points < verdict.max_points]
        return {exercise.name: Local(exercise, reference) for exercise in judge.graders(report.lesson).exercises}


def _known_right_and_wrong(report: Audit, seed: str, local: Mapping[str, Local], catalogue: Catalogue) -> None:
    """Judges the catalogue's answers: what is right, and what is wrong. Each mistake should be named as itself."""
    for right in catalogue.right:
        verdict = local[right.exercise].judge(right.source)
        if verdict.points < verdict.max_points:
            report.false_rejections.append(f"{right.id} of {right.exercise} ({seed}): {verdict.headline}")
    for mistake in catalogue.mistakes:
        verdict = local[mistake.exercise].judge(mistake.source, measured=False)
        if verdict.points == verdict.max_points:
            report.false_acceptances.append(f"{mistake.id} ({seed})")
        elif verdict.mistake != mistake.id and mistake.sentence not in verdict.headline:  # a stub's cause comes second
            report.misnamed.append(f"{mistake.id} as {verdict.mistake} ({seed})")
    report.false_acceptances += [f"{wrong.id} of {wrong.exercise} ({seed})" for wrong in catalogue.wrong
                                 if not wrong.unseen and local[wrong.exercise].accepts(wrong.source)]


def _check_reports(report: Audit, answers: Iterable[Wrong], reference: ModuleType) -> None:
    """Finds out what the learner's check, as recorded by the build, says about each wrong answer."""
    for wrong in (each for each in answers if not each.unseen):
        names = recording.run_source(wrong.source, reference, wrong.id)
        with one_thread(), contextlib.redirect_stdout(io.StringIO()):
            verdict = verdict_on(names[wrong.exercise], files_of(report.lesson) / recorded.FOLDER)
        if not wrong.told(verdict.mistake, verdict.headline):
            report.mistold.append(f"{wrong.id} of {wrong.exercise}, which expects {wrong.mistake or wrong.says}. The "
                                  f"check says: {verdict.headline}")


def _changed_line(reference: str, mutant: str) -> str:
    """Returns the first line of a mutant that its reference does not have, after a colon; an empty text if there is
    none."""
    old, new = (ast.unparse(ast.parse(source)).splitlines() for source in (reference, mutant))
    added = [line[2:].strip() for line in difflib.ndiff(old, new) if line.startswith("+ ")]
    return f": {added[0]}" if added else ""


class Local:
    """Puts one exercise's questions to trusted code in this process. The code is run after the reference's
    earlier exercises."""

    def __init__(self, exercise: recorded.RecordedExercise, reference: ModuleType):
        self.exercise, self.reference = exercise, reference

    def judge(self, source: str, measured: bool = True) -> Verdict:
        """Returns the verdict on `source`.

        measured: whether to include the large and slow cases whose memory a judge measures. These cases recognise no
            mistake.
        """
        cases = [case for case in self.exercise.cases if measured or not case.question.measured]
        with one_thread(), contextlib.redirect_stdout(io.StringIO()):
            return judging.judge(replace(self.exercise, cases=cases), self._asker(source))

    def accepts(self, source: str) -> bool:
        """Says whether `judge` would give full points. It stops at the first difference, which most mutants show at
        once."""
        ask = self._asker(source)
        with one_thread(), contextlib.redirect_stdout(io.StringIO()):
            for case in self.exercise.cases:
                answer = ask(case.question, case.tensors)
                if differences(case, answer, self.exercise.scale):
                    break
            else:
                return True
        if len(placement.options(case, answer[0])) == 1:
            return False
        verdict = self.judge(source)  # the weights may belong elsewhere
        return verdict.points == verdict.max_points

    def _asker(self, source: str) -> judging.Ask:
        names = recording.run_source(source, self.reference, self.exercise.name)
        return asker(names[self.exercise.name], names)
