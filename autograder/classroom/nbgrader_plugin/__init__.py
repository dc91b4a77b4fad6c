"""nbgrader around the judge: any file that was handed in is read, mended, judged and shown without harm.

`configure(c)` puts the steps in their places. It imports no torch: every nbgrader command runs the configuration.
"""

from __future__ import annotations

import os
import sys
import sysconfig

from traitlets.config import Config

from autograder.classroom.nbgrader_plugin.plain_log import keep_logs_plain

HERE = __name__


def configure(c: Config) -> None:
    """Set what is ours in nbgrader's configuration; directories and the gradebook are the course's own matter."""
    _find_alembic()
    keep_logs_plain()
    c.Autograde.exporter_class = f"{HERE}.exporter.ReadAnything"
    c.Autograde.sanitize_preprocessors = [f"{HERE}.repair.Repair"] + [
        f"nbgrader.preprocessors.{name}" for name in
        ("ClearOutput", "DeduplicateIds", "OverwriteKernelspec", "OverwriteCells", "CheckCellMetadata")]
    c.Autograde.autograde_preprocessors = [
        f"{HERE}.judge_cells.JudgeCells", "nbgrader.preprocessors.IgnorePattern", "nbconvert.preprocessors.ClearMetadataPreprocessor"] + [
        f"nbgrader.preprocessors.{name}" for name in ("LimitOutput", "SaveAutoGrades", "AssignLatePenalties", "CheckCellMetadata")]
    c.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {("language_info", "name"), ("autograder",)}  # graded.RECORD
    c.OverwriteCells.add_missing_cells = True
    c.HTMLExporter.preprocessors = [f"{HERE}.harmless.EscapeNames"]
    c.HTMLExporter.filters = {"strip_files_prefix": f"{HERE}.harmless.unchanged"}
    c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades", "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
                                        f"{HERE}.feedback.Summary", f"{HERE}.feedback.Style"]
    c.ZipCollectApp.collector_plugin = f"{HERE}.collector.Platforms"
    c.ExportApp.plugin_class = f"{HERE}.csv_export.Csv"
    _count_missing_notebooks()
    _know_what_is_graded()
    _copy_plain_files()
    _adapt_formgrader()


def _find_alembic() -> None:
    """nbgrader calls alembic by its bare name; it lies beside the Python that runs."""
    scripts = sysconfig.get_path("scripts")
    if scripts not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]


def _count_missing_notebooks() -> None:
    """nbgrader passes over a folder without a notebook, and fails where all notebooks in it have other names. There is no setting for
    it, so the one method that looks for notebooks is wrapped: every notebook that was asked for is looked at, found or not."""
    from nbgrader.converters import Autograde

    from autograder.classroom.nbgrader_plugin.exporter import init_notebooks

    Autograde.init_notebooks = init_notebooks


def _know_what_is_graded() -> None:
    """Nor is there one for what counts as graded: see graded.py."""
    from nbgrader.converters import Autograde

    from autograder.classroom.nbgrader_plugin.graded import init_destination

    Autograde.init_destination = init_destination


def _copy_plain_files() -> None:
    """There is no setting for it either: see copy_files.py."""
    from nbgrader.converters import Autograde, GenerateFeedback

    from autograder.classroom.nbgrader_plugin.copy_files import copy_plain_files_only

    for converter in (Autograde, GenerateFeedback):
        copy_plain_files_only(converter)


def _adapt_formgrader() -> None:
    """See formgrader.py. Only where formgrader itself is there: it needs a server."""
    if "nbgrader.server_extensions.formgrader.formgrader" in sys.modules:
        from autograder.classroom.nbgrader_plugin import formgrader

        formgrader.adapt()
