"""The only code that writes to nbgrader's gradebook. It is nbgrader's own autograde, and takes the verdicts from a
pool of judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import NbGraderException

from autograder.classroom.cluster import ClusterPool
from autograder.classroom.counts import differing
from autograder.classroom.each import Each, first_line
from autograder.classroom.final_mark import FinalMark, mark_of, why_late
from autograder.classroom.live import Display
from autograder.classroom.nbgrader_plugin.converters import LessonAutograde
from autograder.classroom.nbgrader_plugin.exporter import released_notebook
from autograder.classroom.nbgrader_plugin.graded import FIRST, students_of, why_again
from autograder.classroom.nbgrader_plugin.hand_in_time import unread_in, unread_lines
from autograder.classroom.nbgrader_plugin.handed_in import file_of, notebooks_beside
from autograder.classroom.nbgrader_plugin.repair import Mark, known_marks, restore
from autograder.classroom.nbgrader_plugin.student_folders import TORN, folders_by_student, is_torn, misplaced
from autograder.classroom.one_gradebook import OneGradebook
from autograder.classroom.pool import Pool
from autograder.classroom.rules import Rules
from autograder.judge.cache import Verdicts, storable
from autograder.judge.judge import Result
from autograder.outward import command
from autograder.sandbox.isolation import NoRoom
from autograder.submission import notebook
from autograder.submission.parse import NOTE


class NothingToGrade(ValueError):
    """A usage error: there is no such lesson, student or submission."""


class GradebookWriter(LessonAutograde):
    """Records a lesson's submissions one after another, as `nbgrader autograde` does, while the pool already judges the
    next ones.

    nbgrader decides which submissions are graded, which are skipped, and what `force` does.

    students: the ids of the students to grade; empty for all of them.
    """

    assignments: dict[str, list[str]]  # nbgrader's: notebooks by the submission's folder
    machine_known = True  # the command has checked the machine with its own options: see nbgrader_plugin.exporter

    def __init__(self, progress: Display, students: list[str], rules: Rules, **keywords: Any):
        super().__init__(**keywords)
        self.progress, self.students, self.rules = progress, students, rules
        self.each = Each()
        self.penalties: list[str] = []  # of this run, with their arithmetic
        self.futures: dict[str, Future[Result]] = {}  # by the key of the verdict
        self.marks: dict[str, dict[str, Mark]] = {}  # by notebook
        self.judged: SimpleQueue[tuple[str, Future[Result]]] = SimpleQueue()  # whose turn it is to be recorded
        self.current = ""  # the student who is being recorded
        self.problem = ""  # what went wrong with that

    def record(self, pool: Pool | ClusterPool, verdicts: Verdicts) -> None:
        """Records all submissions. If one of them can't be recorded, records the others, and then raises
        NbGraderException. Raises NoRoom as the pool's futures do."""
        self.pool, self.verdicts = pool, verdicts
        self.book = OneGradebook(self.coursedir.db_url, self.coursedir.course_id)
        with self.book.everywhere():
            self.start()

    def init_notebooks(self) -> None:
        """Overrides nbgrader's method, which finds the submissions. Raises NothingToGrade."""
        lesson = self.coursedir.assignment_id
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                self.expected = [each.name for each in gradebook.find_assignment(lesson).notebooks]
            except MissingEntry:
                there = ", ".join(each.name for each in gradebook.assignments) or "nothing"
                release = command("nbgrader", "generate_assignment", lesson)
                raise NothingToGrade(f"{lesson} is not in the gradebook ({there} is): {release} releases it") from None
            self.on_the_list = [student.id for student in gradebook.students]
        found = folders_by_student(self.coursedir, self.coursedir.submitted_directory, lesson)
        if not found:
            raise NothingToGrade(". ".join([f"nobody has handed in {lesson}: there is no folder "
                                            f"{self._format_source(lesson, '*')}", *misplaced(self.coursedir, lesson)]))
        super().init_notebooks()
        folders = {student: folder for folder, student in students_of(self).items()}
        self.torn = [] if self.students else list(filter(is_torn, found))
        if unknown := sorted(set(self.students) - set(folders)):
            raise NothingToGrade(f"nothing was handed in by {', '.join(map(repr, unknown))}: there is no folder "
                                 f"{self._format_source(lesson, unknown[0])}")
        excluded = self.coursedir.student_id_exclude.split(",")
        self.absent = [] if self.students else sorted(set(self.on_the_list) - set(folders) - set(excluded))
        self.folders = {student: folder for student, folder in sorted(folders.items(), key=lambda pair: pair[1])
                        if student not in excluded and (not self.students or student in self.students)}
        self.assignments = {folder: self.assignments[folder] for folder in self.folders.values()}

    def convert_notebooks(self) -> None:
        """Sends all submissions to the pool, and records each one when it has been judged, so that a slow one does not
        hold up the others. It sends as long as there is nothing to record.

        If a busy machine may have cost points, the submission is judged once more at the end, when nothing else runs.
        Raises NoRoom.
        """
        self.handed_in = self.assignments
        reasons = {}
        for student in self.folders:
            with self.each.student(student):
                reasons[student] = why_again(self, student)
        unread = dict.fromkeys(self.torn, TORN) | self.each.failed
        waiting = {student: "" if reason == FIRST else reason or "" for student, reason in reasons.items()
                   if reason or self.force}
        self.progress.expect(waiting | dict.fromkeys(unread, ""), len(reasons) - len(waiting))
        for student, why in unread.items():
            self.progress.ended(student, False, why)
        complete, again, ahead = not unread, [], [*waiting][::-1]
        for _ in waiting:
            while ahead and self.judged.empty():
                self._judge_ahead(ahead.pop())
            student, future = self.judged.get()
            if refused := _refusal(future):
                raise refused
            if _was_kept_waiting(future):
                again.append(student)
            else:
                complete &= self._record(student)
        for student in again:
            self._judge_ahead(student)
            complete &= self._record(self.judged.get()[0])
        if not complete:
            raise NbGraderException("not everything could be recorded")

    def _record(self, student: str) -> bool:
        """Lets nbgrader record what was judged. If it is interrupted meanwhile, nothing of this submission is recorded.
        """
        folder = self.folders[student]
        self.assignments, self.current, self.problem = {folder: self.handed_in[folder]}, "", ""
        mark = None
        try:
            with self.book.transaction():
                super().convert_notebooks()
                with self.each.student(student):
                    mark = self._mark(student) if self.current else None
        except NbGraderException as error:
            self.progress.ended(student, False, self.problem or str(error))
            return False
        if self.current:
            self.progress.ended(student, True, mark=mark)
        return student not in self.each.failed

    def _mark(self, student: str) -> FinalMark:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            submission = gradebook.find_submission(self.coursedir.assignment_id, student)
            self.penalties += [f"{student}: {why}"] if (why := why_late(submission, self.rules)) else []
            return mark_of(submission)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Overrides nbgrader's method."""
        with self._telling():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Overrides nbgrader's method."""
        with self._telling():
            super().convert_single_notebook(notebook_filename)

    def run_post_convert_hook(self) -> None:
        """Overrides the method that nbgrader calls last for each submission. Before nbgrader's own method runs,
        everything that was recorded becomes visible to others."""
        with self._telling():
            self.book.keep()
        super().run_post_convert_hook()
        self.book.keep()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Keeps the message of an error. nbgrader writes the message to its log, and then raises another error without
        it."""
        try:
            yield
        except Exception as error:
            self.problem = first_line(error)
            raise

    def _judge_ahead(self, student: str) -> None:
        """Has a submission judged. When it has been judged, it is ready to be recorded."""
        future: Future[Result] = Future()
        future.cancel()  # so that it counts as done if there is nothing to judge
        try:
            for path in map(Path, self.handed_in[self.folders[student]]):
                if path.stem in self.expected:
                    future = self._send(student, path)
        except Exception:  # nbgrader meets the same error later, and reports it then
            self.log.exception("%s: can't be judged ahead of its turn", student)
        future.add_done_callback(lambda done: self.judged.put((student, done)))

    def _send(self, student: str, path: Path) -> Future[Result]:
        """Sends a notebook to the pool in the form in which nbgrader's steps will leave it. If the steps leave it in
        another form after all, `result` notices this by the key."""
        resources = self.init_single_notebook_resources(str(path))
        info = resources["nbgrader"]
        nb, problem = self.exporter.read(path, resources)
        if problem:
            self.progress.unreadable(student, str(problem))
        elif NOTE in nb.metadata:
            self.progress.half_read(student, nb.metadata[NOTE])
        if not problem and not path.exists():
            self.progress.note(student, f"{file_of(path).relative_to(path.parent)} was graded as {path.name}")
        if info["notebook"] not in self.marks:
            self.marks[info["notebook"]] = known_marks(
                info, released_notebook(self.coursedir, info["assignment"], info["notebook"]))
        restore(nb, self.marks[info["notebook"]])
        key = self._key(nb, info["notebook"])
        if key in self.futures and _was_kept_waiting(self.futures[key]):
            del self.futures[key]
        if key in self.futures:
            self.futures[key].add_done_callback(partial(self._tell, student, True))
        else:
            self._ask(key, nb, info["notebook"], student)
        return self.futures[key]

    def result(self, nb: NotebookNode, name: str, student: str) -> Result:
        """Returns the verdicts on a notebook, for JudgeCells. Raises RuntimeError if there are none, so that the next
        run tries again."""
        key = self._key(nb, name)
        if key not in self.futures:
            self.log.info("%s: %s was not judged ahead of its turn", student, name)
            self._ask(key, nb, name, student)
        result = self.futures[key].result()
        if not storable(result):
            del self.futures[key]  # another student with the same notebook is judged separately
        if result.error and not result.verdicts:  # our own fault must not cost anybody all points
            raise RuntimeError(result.error)
        return result

    def _key(self, nb: NotebookNode, name: str) -> str:
        lesson = notebook.lesson(name)
        return self.verdicts.key(notebook.cells_to_run(nb, lesson), lesson)

    def _ask(self, key: str, nb: NotebookNode, name: str, student: str) -> None:
        cached = self.verdicts.get(key)
        if cached:
            future: Future[Result] = Future()
            future.set_result(cached)
        else:
            future = self.pool.submit(nb, name, began=partial(self.progress.judging, student))
            future.add_done_callback(partial(self._keep, key))
        future.add_done_callback(partial(self._tell, student, cached is not None))
        self.futures[key] = future

    def _keep(self, key: str, future: Future[Result]) -> None:
        """Keeps the verdict at once, so that an interrupted run loses nothing."""
        if not future.cancelled() and not future.exception():
            try:
                self.verdicts.put(key, future.result())
            except OSError as error:
                self.log.warning("A verdict can't be kept: %s", error)

    def _tell(self, student: str, cached: bool, future: Future[Result]) -> None:
        if not future.cancelled() and not future.exception():
            self.progress.judged(student, future.result(), cached)

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """See graded.py."""
        with self._telling():
            graded = super().init_destination(assignment_id, student_id)
        self.progress.sure(student_id, graded)
        self.current = student_id if graded else ""
        return graded

    def passed_over(self) -> dict[str, list[str]]:
        """Returns, by student, the notebooks beside the graded one, because one of them may be newer."""
        others_by_student = {}
        for student, folder in self.folders.items():
            wanted = [Path(folder, f"{name}.ipynb") for name in self.expected]
            beside = {other for path in wanted if path.is_file() for other in notebooks_beside(path)}
            if others := sorted(beside - {*wanted}):
                others_by_student[student] = [str(other.relative_to(folder)) for other in others]
        return others_by_student

    def times(self) -> list[str]:
        """Returns lines about this run's penalties, about hand-in times that can't be read, and about weights that are
        not applied."""
        unread = {student: unread_in(Path(folder), self.rules.zone) for student, folder in self.folders.items()}
        return [*differing(self.coursedir, self.coursedir.assignment_id), *sorted(self.penalties),
                *unread_lines({student: why for student, why in unread.items() if why}), *self.each.messages()]

    def standing(self) -> tuple[int, int, list[str]]:
        """Returns how many of the class's submissions the gradebook holds, how many of those have full marks, and the
        students in whose work something is not marked yet."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            marks = {}
            for student in (each.id for each in gradebook.students):
                with self.each.student(student), suppress(MissingEntry):
                    marks[student] = mark_of(gradebook.find_submission(self.coursedir.assignment_id, student))
        return (len(marks), sum(mark.total >= mark.most for mark in marks.values()),
                sorted(student for student, mark in marks.items() if mark.unmarked))


def _refusal(future: Future[Result]) -> NoRoom | None:
    """Returns the reason why nothing can be judged on this machine, if there is one."""
    error = None if future.cancelled() else future.exception()
    return error if isinstance(error, NoRoom) else None


def _was_kept_waiting(future: Future[Result]) -> bool:
    return future.done() and not future.cancelled() and not future.exception() and future.result().busy
