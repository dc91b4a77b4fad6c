"""nbgrader's first step, which reads a submission. If a notebook is missing or can't be read, the released one takes
its place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter, NbGraderException

from autograder.classroom.nbgrader_plugin.graded import anything_to_grade
from autograder.classroom.nbgrader_plugin.handed_in import file_of
from autograder.classroom.nbgrader_plugin.student_folders import submissions
from autograder.intake.files import beginning, load_with_digest
from autograder.lessons.course import released_folder
from autograder.outward import command
from autograder.submission.parse import NOTE, Unreadable, as_text, decode, text

SHOWN = 1500  # characters of an unreadable file that its page shows
UNREADABLE = "unreadable"  # the id of the cell above a notebook that stands in for a file that is none


def released_notebook(coursedir: Any, assignment: str, notebook: str) -> NotebookNode:
    """Returns the notebook as it was handed out: nbgrader's release, or else the built lesson. Raises NbGraderException
    if there is neither."""
    paths = [Path(coursedir.format_path(coursedir.release_directory, ".", assignment), f"{notebook}.ipynb"),
             released_folder(notebook) / f"{notebook}.ipynb"]
    for path in paths:
        if path.exists():
            return nbformat.read(path, as_version=4)
    release = command("nbgrader", "generate_assignment", assignment)
    raise NbGraderException(f"{notebook}.ipynb is neither {paths[0]} nor {paths[1]}: run {release} first")


class ReadAnything(NotebookExporter):
    """Reads a submission for nbgrader. If there is no file, or if it is not a notebook, the released notebook takes its
    place, with a note above it. The file itself stays where it was handed in.

    digest: the digest of the file that was read last.
    """

    digest = ""
    parent: Any  # nbgrader's converter

    def from_filename(  # type: ignore[override]  # as in nbconvert's own exporters, what comes out is a text
            self, filename: str, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        """Overrides nbconvert's Exporter. The released notebook is found with nbgrader's resources."""
        path = Path(filename)
        resources = {} if resources is None else resources
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(self.read(path, resources)[0], resources, **kw)

    def _preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Overrides nbconvert's method. The original copies the notebook twice more, and validates it after each step.
        Here it is validated once, after the last step."""
        for step in self._preprocessors:
            nb, resources = step(nb, resources)
        self._validate_preprocessor(nb, step)
        return nb, resources

    def read(self, path: Path, resources: dict) -> tuple[NotebookNode, Unreadable | None]:
        """Returns the notebook, or the released one with the reason why it takes its place."""
        self.digest, begins = "", True
        try:
            file = file_of(path)
            self.digest, notebook = load_with_digest(file)
            if isinstance(notebook, Unreadable):
                raise notebook
            if why := self._another_lesson(path.stem, notebook, resources):
                begins = False
                raise Unreadable(why + (f" (its file {notebook.metadata[NOTE]})" if NOTE in notebook.metadata else ""))
            if file != path:
                self.log.warning("%s: there is no %s; %s is graded instead", resources["nbgrader"]["student"],
                                 path.name, file.relative_to(path.parent))
            if NOTE in notebook.metadata:
                self.log.warning("%s: the file %s", resources["nbgrader"]["student"], notebook.metadata[NOTE])
            return notebook, None
        except Unreadable as problem:
            return self._instead(path, problem, resources, begins), problem

    def _another_lesson(self, name: str, notebook: NotebookNode, resources: dict) -> str:
        """Says which lesson a notebook is, if it holds nothing that was handed out with this one; empty if it does."""
        from autograder.submission.notebook import another_lesson, lesson, shared_ids  # imports the lessons

        try:
            known = lesson(name)
            why = another_lesson(notebook, known)
        except ValueError:  # an assignment that is not ours
            return ""
        if not why:
            return ""
        handed_out = released_notebook(self.parent.coursedir, resources["nbgrader"]["assignment"], name)
        marks = [{cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells}
                 for nb in (notebook, handed_out)]
        return "" if marks[0] & marks[1] - {None, *shared_ids(known)} else why

    def _instead(self, path: Path, problem: Unreadable, resources: dict, begins: bool) -> NotebookNode:
        """Returns the released notebook with a note above it. begins: whether the note shows how the file begins."""
        info = resources["nbgrader"]
        self.log.warning("%s: the notebook %s; the released one is graded instead", info["student"], problem)
        notebook = released_notebook(self.parent.coursedir, info["assignment"], info["notebook"])
        note = (f"**The notebook that you handed in {as_text(str(problem), inline=True)}.** So there was nothing "
                "to grade. Your file is kept as you handed it in; ask your instructor how to hand it in again.")
        with suppress(Unreadable):
            excerpt = decode(beginning(path, 4 * SHOWN))[:SHOWN] if begins else ""
            note += "\n\nIt begins like this:\n\n" + as_text(text(excerpt)) if excerpt.strip() else ""
        notebook.metadata[NOTE] = str(problem)
        # the lesson's texts and pictures are nothing that anybody handed in
        notebook.cells = [new_markdown_cell(note, id=UNREADABLE),
                          *(cell for cell in notebook.cells if cell.cell_type == "code" or "nbgrader" in cell.metadata)]
        return notebook


def init_notebooks(self: Any) -> None:
    """Overrides nbgrader's method: finds the notebooks of each matching submission, including those that are missing
    and should be there.

    Raises NbGraderException if no sandbox can hold learners' code here, or if that code can't have the memory that
    right answers need. Raises it, too, if the marks were made with a seed that is not the class's present one. The
    exception comes before anything is written, and only once for the whole class.
    """
    from autograder.classroom.nbgrader_plugin import same_seed
    from autograder.classroom.nbgrader_plugin.judge_cells import JudgeCells
    from autograder.sandbox.isolation import NoLayers, layers_for  # imports torch

    settings, machine_known = JudgeCells(parent=self), getattr(self, "machine_known", False)
    if not machine_known:
        with _refused(self, NoLayers, ValueError):
            layers_for(settings.isolation)
            same_seed.check(self.coursedir)
    with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
        known = {assignment.name: [notebook.name for notebook in assignment.notebooks]
                 for assignment in gradebook.assignments}
    wanted = known.get(self.coursedir.assignment_id, [])
    self.assignments, self.notebooks = {}, []
    for folder, found in submissions(self).items():
        missing = [os.path.join(folder, f"{name}.ipynb") for name in wanted
                   if self.coursedir.notebook_id in ("*", name)]
        self.assignments[folder] = sorted({*found, *missing})
    if not machine_known and wanted and anything_to_grade(self):
        with _refused(self, RuntimeError, OSError, ValueError):
            settings.judge(Path(self.coursedir.root)).prove()


@contextmanager
def _refused(converter: Any, *errors: type[Exception]) -> Iterator[None]:
    """Says once, and without a traceback, why nothing is graded on this machine."""
    try:
        yield
    except errors as error:
        converter.log.error(error)
        raise NbGraderException(str(error)) from error


def convert_single_notebook(self: Any, notebook_filename: str) -> None:
    """Overrides nbgrader's method, which writes the sanitized notebook, reads it again and repeats all steps. Here each
    notebook goes through the steps once."""
    if not self.exporter._preprocessors:
        for step in [*self.sanitize_preprocessors, *self.autograde_preprocessors]:
            self.exporter.register_preprocessor(step)
    BaseConverter.convert_single_notebook(self, notebook_filename)
