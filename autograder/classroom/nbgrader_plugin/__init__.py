"""Adapts nbgrader: its steps read any file that was handed in, repair it, have it judged, and show it without harm.

`configure(c)` enters these steps in nbgrader's configuration. It does not import torch, because every nbgrader command
runs the configuration.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

from traitlets.config import Config

from autograder.classroom.nbgrader_plugin.plain_log import keep_logs_plain
from autograder.classroom.rules import zone_of

HERE = __name__


def configure(c: Config) -> None:
    """Sets the parts of nbgrader's configuration that are ours. Directories and the gradebook are left to the course.
    """
    _find_alembic()
    keep_logs_plain()
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
    _read_once_and_miss_nothing()
    _know_what_is_graded()
    _hand_out_what_can_be_graded()
    _know_what_a_page_shows()
    _copy_plain_files()
    _read_times_within_bounds()
    _adapt_formgrader()


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


def _read_once_and_miss_nothing() -> None:
    """Replaces methods of nbgrader, because there is no setting for this; see exporter.py and student_folders.py.
    nbgrader itself takes ids for patterns, skips a folder without a notebook, fails if all notebooks in a folder have
    other names, and goes through each notebook twice."""
    from nbgrader.converters import Autograde, BaseConverter

    from autograder.classroom.nbgrader_plugin import exporter, student_folders

    BaseConverter.init_notebooks = student_folders.init_notebooks
    Autograde.init_notebooks = exporter.init_notebooks
    Autograde.convert_single_notebook = exporter.convert_single_notebook


def _know_what_is_graded() -> None:
    """Replaces the methods that decide what counts as graded, and what a failed run leaves behind; see graded.py and
    unfinished.py."""
    from nbgrader.converters import Autograde

    from autograder.classroom.nbgrader_plugin.graded import init_destination
    from autograder.classroom.nbgrader_plugin.unfinished import write_beside

    write_beside(Autograde)
    Autograde.init_destination = init_destination


def _hand_out_what_can_be_graded() -> None:
    """Replaces methods of nbgrader: a failing preprocessor ends in a traceback, and none copies files; see gradable.py.
    """
    from nbgrader.converters import GenerateAssignment

    from autograder.classroom.nbgrader_plugin.gradable import init_assignment, init_notebooks

    GenerateAssignment.init_notebooks = init_notebooks
    GenerateAssignment.init_assignment = init_assignment


def _know_what_a_page_shows() -> None:
    """Replaces the same methods for feedback pages; see made_from.py."""
    from nbgrader.converters import GenerateFeedback

    from autograder.classroom.nbgrader_plugin import made_from, unfinished

    unfinished.write_beside(GenerateFeedback)
    GenerateFeedback.init_destination = made_from.init_destination
    GenerateFeedback.write_single_notebook = made_from.write_single_notebook


def _copy_plain_files() -> None:
    """Replaces the copying of files, because there is no setting for it; see copy_files.py."""
    from nbgrader.converters import Autograde, GenerateFeedback

    from autograder.classroom.nbgrader_plugin.copy_files import copy_plain_files_only

    for converter in (Autograde, GenerateFeedback):
        copy_plain_files_only(converter)


def _read_times_within_bounds() -> None:
    """Replaces the reading of hand-in times, because there is no setting for it; see hand_in_time.py."""
    from autograder.classroom.nbgrader_plugin import hand_in_time

    hand_in_time.read_times_within_bounds()


def _adapt_formgrader() -> None:
    """Adapts formgrader when it is imported; see formgrader.py. The commands do without it, because it needs a server.
    """
    if "nbgrader.server_extensions.formgrader.formgrader" in sys.modules:
        from autograder.classroom.nbgrader_plugin import formgrader

        formgrader.adapt()
