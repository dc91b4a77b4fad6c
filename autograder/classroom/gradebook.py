"""One writer for nbgrader's gradebook: nbgrader's own autograde, which takes the verdicts from a pool of judges."""

from __future__ import annotations

import glob
import json
import os
import re
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.utils import rmtree

from autograder.classroom.live import LiveTable
from autograder.classroom.nbgrader_plugin.exporter import released
from autograder.classroom.nbgrader_plugin.repair import Mark, known_marks, restore
from autograder.classroom.pool import Pool
from autograder.judge.cache import Verdicts, storable
from autograder.judge.judge import Result
from autograder.submission import notebook
from autograder.submission.parse import NOTE


class NothingToGrade(ValueError):
    """Wrong use: there is no such lesson, student or submission."""


class GradebookWriter(Autograde):
    """Records a lesson's submissions one after the other, as `nbgrader autograde` does, while the pool judges those that come next.

    Which of them are graded, what is skipped and what `force` does is nbgrader's matter. students: these alone; nobody: all.
    """

    layers_known = True  # the command has asked for them, with its own options: see nbgrader_plugin.exporter

    def __init__(self, progress: LiveTable, students: list[str], **keywords: Any):
        super().__init__(**keywords)
        self.progress, self.students = progress, students
        self.futures: dict[str, Future[Result]] = {}  # by the key of the verdict
        self.marks: dict[str, dict[str, Mark]] = {}  # by notebook
        self.judged: SimpleQueue[str] = SimpleQueue()  # students whose turn it is to be recorded
        self.current = ""  # the student who is being recorded

    def record(self, pool: Pool, verdicts: Verdicts) -> None:
        """Raises NbGraderException where a submission could not be recorded; the others are."""
        self.pool, self.verdicts = pool, verdicts
        self.start()

    def init_notebooks(self) -> None:
        """nbgrader's method: what was handed in. Raises NothingToGrade."""
        lesson = self.coursedir.assignment_id
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                self.expected = [each.name for each in gradebook.find_assignment(lesson).notebooks]
            except MissingEntry:
                known = ", ".join(each.name for each in gradebook.assignments) or "none"
                raise NothingToGrade(f"the gradebook knows no lesson {lesson!r} (it knows {known}): "
                                     f"`nbgrader generate_assignment {lesson}` releases one") from None
        submitted = self._format_source(lesson, "*")
        if not any(map(os.path.isdir, glob.glob(submitted))):
            raise NothingToGrade(f"nobody has handed in {lesson}: there is no folder {submitted}")
        super().init_notebooks()
        pattern = re.compile(self._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True))
        if strange := [folder for folder in self.assignments if not pattern.match(folder)]:
            raise NothingToGrade(f"nbgrader can't take a student's id from this folder's name: {strange[0]!r}")
        folders = {pattern.match(folder)["student_id"]: folder for folder in self.assignments}
        if unknown := sorted(set(self.students) - set(folders)):
            raise NothingToGrade(f"nothing was handed in by {', '.join(map(repr, unknown))}: there is no folder "
                                 f"{self._format_source(lesson, unknown[0])}")
        excluded = self.coursedir.student_id_exclude.split(",")
        self.folders = {student: folder for student, folder in sorted(folders.items(), key=lambda pair: pair[1])
                        if student not in excluded and (not self.students or student in self.students)}
        self.assignments = {folder: self.assignments[folder] for folder in self.folders.values()}

    def convert_notebooks(self) -> None:
        """Hand everything to the pool, and record what is judged as it comes: one that takes long holds nobody up."""
        waiting = [student for student in self.folders if self._waits(student)]
        self.progress.expect(waiting, len(self.folders) - len(waiting))
        for student in waiting:
            self._judge_ahead(student)
        complete = True
        assignments = self.assignments
        for _ in waiting:
            folder = self.folders[self.judged.get()]
            self.assignments = {folder: assignments[folder]}
            recorded = False
            try:
                super().convert_notebooks()  # an interrupt in there takes the submission back
                recorded = True
            except NbGraderException:
                complete = False
            finally:
                self._end_current(recorded)
        if not complete:
            raise NbGraderException("not everything could be recorded")

    def _waits(self, student: str) -> bool:
        """Will nbgrader grade the submission? See its init_destination."""
        folder = self._format_dest(self.coursedir.assignment_id, student)
        if self.force or not self._finished(folder):
            return True
        try:
            new, old = (self.coursedir.get_existing_timestamp(path) for path in (self.folders[student], folder))
        except Exception:  # not a time: nbgrader says so
            return True
        return new is not None and old is not None and new > old

    def _finished(self, folder: str) -> bool:
        """Is all there that autograding writes? Where a run was killed it is not. A notebook is written when its points are recorded."""
        try:
            cells = [cell for name in self.expected for cell in json.loads(Path(folder, f"{name}.ipynb").read_bytes())["cells"]]
            marks = [(cell, cell["metadata"].get("nbgrader", {})) for cell in cells if cell["cell_type"] == "code"]
            return all(cell["outputs"] for cell, mark in marks if mark.get("grade") and not mark.get("solution"))
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return False

    def _judge_ahead(self, student: str) -> None:
        """Have a submission judged; its turn to be recorded comes then."""
        future: Future[Result] = Future()
        future.cancel()  # so that it is done, should there be nothing to judge
        try:
            for path in map(Path, self.assignments[self.folders[student]]):
                if path.stem in self.expected:
                    future = self._sent(student, path)
        except Exception:  # nbgrader meets it again, and says so where it counts
            self.log.exception("%s: can't be judged ahead", student)
        future.add_done_callback(lambda _: self.judged.put(student))

    def _sent(self, student: str, path: Path) -> Future[Result]:
        """Send a notebook to the pool as nbgrader's steps will leave it; should they leave another one, `result` sees it by the key."""
        resources = self.init_single_notebook_resources(str(path))
        info = resources["nbgrader"]
        nb, problem = self.exporter.read(path, resources)
        if problem:
            self.progress.unreadable(student, str(problem))
        elif NOTE in nb.metadata:
            self.progress.half_read(student, nb.metadata[NOTE])
        if info["notebook"] not in self.marks:
            self.marks[info["notebook"]] = known_marks(info, released(self.coursedir, info["assignment"], info["notebook"]))
        restore(nb, self.marks[info["notebook"]])
        key = self._key(nb, info["notebook"])
        if key in self.futures:
            self.futures[key].add_done_callback(partial(self._tell, student, True))
        else:
            self._ask(key, nb, info["notebook"], student)
        return self.futures[key]

    def result(self, nb: NotebookNode, name: str, student: str) -> Result:
        """The verdicts on a notebook, for JudgeCells. RuntimeError where there is none: a run that follows then tries again."""
        key = self._key(nb, name)
        if key not in self.futures:
            self.log.info("%s: %s was not judged ahead", student, name)
            self._ask(key, nb, name, student)
        result = self.futures[key].result()
        if not storable(result):
            del self.futures[key]  # whoever handed in the same is judged on their own
        if result.error and not result.points:  # nobody gets nothing for a fault of ours
            raise RuntimeError(result.error)
        return result

    def _key(self, nb: NotebookNode, name: str) -> str:
        lesson = notebook.lesson(name)
        return self.verdicts.key(notebook.cells_to_run(nb, lesson), lesson)

    def _ask(self, key: str, nb: NotebookNode, name: str, student: str) -> None:
        kept = self.verdicts.get(key)
        if kept:
            future: Future[Result] = Future()
            future.set_result(kept)
        else:
            future = self.pool.submit(nb, name, began=partial(self.progress.judging, student))
            future.add_done_callback(partial(self._keep, key))
        future.add_done_callback(partial(self._tell, student, kept is not None))
        self.futures[key] = future

    def _keep(self, key: str, future: Future[Result]) -> None:
        """At once, so that an interrupted run has lost nothing."""
        if not future.cancelled() and not future.exception():
            try:
                self.verdicts.put(key, future.result())
            except OSError as error:
                self.log.warning("A verdict can't be kept: %s", error)

    def _tell(self, student: str, kept: bool, future: Future[Result]) -> None:
        if not future.cancelled() and not future.exception():
            self.progress.judged(student, future.result(), kept)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """nbgrader's method: is the submission graded now? What a killed run left is removed first."""
        folder = self._format_dest(assignment_id, student_id)
        if os.path.exists(folder) and not self._finished(folder):
            self.log.warning("Removing what an interrupted run left: %s", folder)
            rmtree(folder)
        graded = super().init_destination(assignment_id, student_id)
        self.progress.sure(student_id, graded)
        self.current = student_id if graded else ""
        return graded

    def _end_current(self, recorded: bool) -> None:
        if self.current:
            self.progress.ended(self.current, recorded)
        self.current = ""
