"""Adapts nbgrader: its steps read any file that was handed in, repair it, have it judged, and show it without harm.

`configure(c)` and `add_to_course()` put these steps in place of nbgrader's (replaced.py). They do not import torch,
because every nbgrader command runs the configuration.
"""

from __future__ import annotations

import os
import sysconfig
from contextlib import suppress
from pathlib import Path

from traitlets.config import Config

from autograder.classroom.nbgrader_plugin.plain_log import keep_logs_plain
from autograder.classroom.nbgrader_plugin.replaced import install
from autograder.classroom.rules import zone_of

HERE = __name__
# The steps that make a notebook to hand out: nbgrader's own, and one of ours.
BEFORE = "IncludeHeaderFooter", "InstantiateTests", "LockCells", "ClearSolutions"
AFTER = ("ClearOutput", "CheckCellMetadata", "ComputeChecksums", "SaveCells", "ClearHiddenTests", "ClearMarkScheme",
         "ComputeChecksums", "CheckCellMetadata")
HANDS_OUT = [*(f"nbgrader.preprocessors.{name}" for name in BEFORE), f"{HERE}.hand_out_repairs.HandOutRepairs",
             *(f"nbgrader.preprocessors.{name}" for name in AFTER)]


def configure(c: Config) -> None:
    """Makes nbgrader grade a course of our lessons alone, as a clone's is. Directories and the gradebook are left to
    the course."""
    install(shared=False)
    _get_ready()
    if root := c.CourseDirectory.get("root"):
        with suppress(ValueError):  # a mistake in the class's rules: every command that needs them says so
            c.NbGraderAPI.timezone = str(zone_of(Path(root)))


def add_to_course() -> None:
    """Makes nbgrader grade our lessons in a course that has assignments of an instructor's own. Those stay stock
    nbgrader's, and nothing is set in the course's configuration."""
    install(shared=True)
    _get_ready()


def settings() -> Config:
    """Returns nbgrader's settings for a lesson of ours."""
    c = Config()
    c.GenerateAssignment.preprocessors = HANDS_OUT
    c.Autograde.exporter_class = f"{HERE}.exporter.ReadAnything"
    # Repair does the work of nbgrader's DeduplicateIds, OverwriteCells and CheckCellMetadata, which are a quarter of
    # its time.
    c.Autograde.sanitize_preprocessors = [
        f"{HERE}.repair.Repair", "nbgrader.preprocessors.ClearOutput", "nbgrader.preprocessors.OverwriteKernelspec"]
    c.Autograde.autograde_preprocessors = [
        f"{HERE}.judge_cells.JudgeCells", "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput", f"{HERE}.save_marks.SaveMarks", "autograder.classroom.counts.Weigh",
        f"{HERE}.late.LatePenalties"]
    # graded.RECORD and parse.NOTE
    c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {("language_info", "name"), ("autograder",), ("not_whole",)}
    c.HTMLExporter.preprocessors = [f"{HERE}.harmless.EscapeNames", f"{HERE}.harmless.FewCells",
                                    f"{HERE}.harmless.ShortCode"]
    c.HTMLExporter.filters = {"strip_files_prefix": f"{HERE}.harmless.on_formgraders_page"}
    c.GenerateFeedback.exporter_class = f"{HERE}.feedback.FeedbackPage"
    c.GenerateFeedback.preprocessors = []
    return c


def _get_ready() -> None:
    keep_logs_plain()
    _find_alembic()


def _find_alembic() -> None:
    """Makes `alembic` findable. nbgrader calls it by its bare name, but it is in the folder of the Python that is
    running."""
    scripts = sysconfig.get_path("scripts")
    if scripts not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]
