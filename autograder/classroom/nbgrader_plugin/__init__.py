"""Adapts nbgrader: its steps read any file that was handed in, repair it, have it judged, and show it without harm.

`configure(c)` enters these steps in nbgrader's configuration, and installs what has no setting there (replaced.py). It
does not import torch, because every nbgrader command runs the configuration.
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
    """Sets the parts of nbgrader's configuration that are ours. Directories and the gradebook are left to the course.
    """
    _find_alembic()
    keep_logs_plain()
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
    c.ExchangeFactory.collect = f"{HERE}.exchange_collect.Collect"
    c.ExchangeFactory.list = f"{HERE}.released.List"
    c.ExchangeFactory.release_feedback = f"{HERE}.released.ReleaseFeedback"
    c.ZipCollectApp.extractor_plugin = f"{HERE}.zip_collect.Unpack"
    c.ZipCollectApp.collector_plugin = f"{HERE}.zip_collect.Download"
    c.ExportApp.plugin_class = f"{HERE}.csv_export.Csv"
    if root := c.CourseDirectory.get("root"):
        with suppress(ValueError):  # a mistake in the class's rules: every command that needs them says so
            c.NbGraderAPI.timezone = str(zone_of(Path(root)))
    install()


def set_otherwise(c: Config) -> list[str]:
    """Returns the settings of `configure` that a course's own configuration has replaced, such as
    `Autograde.exporter_class`."""
    ours = Config()
    configure(ours)
    return [f"{section}.{name}" for section, values in ours.items() for name, value in values.items()
            if c[section].get(name) != value]


def _find_alembic() -> None:
    """Makes `alembic` findable. nbgrader calls it by its bare name, but it is in the folder of the Python that is
    running."""
    scripts = sysconfig.get_path("scripts")
    if scripts not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]
