"""Replaces nbgrader's Execute. The judge grades the notebook, and its reports become the outputs of the grade cells."""

from __future__ import annotations

import atexit
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.classroom.nbgrader_plugin.graded import OPEN, RECORD, RESULT
from autograder.judge import seed
from autograder.judge.settings import Settings

if TYPE_CHECKING:
    from autograder.judge.judge import Judge, Result

VERDICTS = "work/verdicts"  # below the course's folder
AGAIN = "{}. It will be graded again, and no points are lost"
BY_HAND = "the graders know no such exercise, so it waits for a mark by hand"


@cache
def _judge(settings: Settings) -> Judge:
    """Returns the judge for all notebooks of this process. The judge is closed when the process ends."""
    from autograder.judge.judge import Judge  # imports torch

    judge = Judge(settings)
    judge.__enter__()
    atexit.register(judge.__exit__, None, None, None)
    return judge


class JudgeCells(NbGraderPreprocessor):
    """Grades the notebook with the hidden graders; no cell is run in this process."""

    isolation = Unicode("auto", help="'auto', or 'none' to run learners' code without a sandbox").tag(config=True)
    device = Unicode("auto", help="'auto', 'cpu' or 'cuda'").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Grades one notebook. A grade cell that belongs to no exercise of the lesson is left without a number, so that
        it waits for a mark by hand; see SaveMarks."""
        from autograder import outputs
        from autograder.submission import notebook

        name, student = resources["nbgrader"]["notebook"], resources["nbgrader"]["student"]
        slots = {slot.check_id: slot for slot in notebook.lesson(name).exercises}
        cells = [cell for cell in nb.cells if cell.cell_type == "code" and utils.is_grade(cell)
                 and not utils.is_solution(cell)]
        autograde = self.parent.parent
        # `autograder grade` has judged before, in other processes
        result = getattr(autograde, "result", self._result)(nb, name, student)
        self.log.info("%s: %g of %g points in %s (isolation: %s, device: %s)", student, result.points,
                      result.max_points, name,
                      result.isolation, result.device)
        if result.error:
            self.log.error("%s: %s", student, result.error)
        unmarked: dict[str, str] = {}
        for cell in cells:
            grade_id, maximum = cell.metadata.nbgrader.grade_id, float(cell.metadata.nbgrader.points)
            slot = slots.get(grade_id)
            cell.execution_count = 1
            if slot and slot.name in result.verdicts and slot.name not in result.unsettled:
                cell.outputs = outputs.outputs(result.verdicts[slot.name], maximum)
                continue
            why = AGAIN.format(result.unsettled.get(slot.name, result.error)) if slot else BY_HAND
            why = f"Not marked yet: {why}."
            self.log.warning("%s, %s: %s", student, slot.name if slot else grade_id, why)
            unmarked |= dict.fromkeys((grade_id, slot.grade_id if slot else grade_id), why)
            cell.outputs = [outputs.unmarked(why)]
        # As a string, because what learners wrote can hold what no file in UTF-8 can.
        nb.metadata[RECORD] = {"digest": self.parent.digest, OPEN: unmarked, RESULT: json.dumps(asdict(result)),
                               "unsettled": next(iter(result.unsettled.values()), "")}
        return nb, resources

    def judge(self, root: Path) -> Judge:
        """Returns this process's judge for the course in the folder `root`. Raises the errors of Judge."""
        return _judge(Settings(self.isolation, self.device, seed_file=root / seed.NAME))

    def _result(self, nb: NotebookNode, name: str, _student: str) -> Result:
        """Returns the judge's result, or one that was kept."""
        from autograder.judge.cache import Verdicts
        from autograder.submission.notebook import cells_to_run, lesson

        root = Path(self.parent.parent.coursedir.root)
        judge = self.judge(root)
        verdicts = Verdicts(root / VERDICTS, judge)
        key = verdicts.key(cells_to_run(nb, lesson(name)), lesson(name))
        result = verdicts.get(key)
        if result is None:
            result = judge.grade(nb, name)
            if result.busy:  # as `autograder grade` does: once more
                result = judge.grade(nb, name)
            try:
                verdicts.put(key, result)
            except OSError as error:
                self.log.warning("The verdict can't be kept: %s", error)
        return result
