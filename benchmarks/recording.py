"""`python -m benchmarks.recording FILE LESSON --jobs N`, in a course's folder: `autograder grade` with clocks in the
process that records.

Writes to FILE, as JSON, the seconds of each step; the judges work in other processes meanwhile, and nothing of theirs
is in it but "wait for verdicts": the time in which the gradebook writer had nothing to record.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

BEGAN = time.perf_counter()


def main(file: Path, arguments: list[str]) -> None:
    from autograder.classroom.grade import Judge  # imports torch and nbgrader
    from autograder.cli import main as command

    from .spans import Spans

    spans = Spans()
    spans.add("import torch and nbgrader", time.perf_counter() - BEGAN)
    import nbgrader.preprocessors as steps
    from nbconvert.exporters import NotebookExporter
    from nbconvert.preprocessors import ClearMetadataPreprocessor
    from nbconvert.writers import FilesWriter
    from nbgrader.apps import AutogradeApp

    from autograder.classroom import gradebook
    from autograder.classroom.nbgrader_plugin import exporter, repair
    from autograder.classroom.nbgrader_plugin.judge_cells import JudgeCells
    from autograder.classroom.pool import Pool
    from autograder.judge.cache import Verdicts
    from autograder.submission import notebook

    for owner, name, label in (
            (AutogradeApp, "initialize", "read the configuration"), (Judge, "__init__", "walls that this machine has"),
            (gradebook.GradebookWriter, "init_notebooks", "find what was handed in"),
            (gradebook.GradebookWriter, "_sent", "read, mend and send to the judges"),
            (gradebook.GradebookWriter, "init_assignment", "gradebook: submission"),
            (gradebook, "restore", "read, mend and send to the judges"), (notebook, "cells_to_run", "find the cells"),
            (Verdicts, "put", "keep the verdicts"), (Verdicts, "get", "keep the verdicts"),
            (Pool, "__exit__", "end the judges"),
            (gradebook.GradebookWriter, "run_post_convert_hook", "the rest of recording"),
            (gradebook.GradebookWriter, "convert_single_notebook", "the rest of recording"),
            (NotebookExporter, "from_notebook_node", "nbconvert"),
            (exporter.ReadAnything, "read", "read the notebook"), (FilesWriter, "write", "write the notebook"),
            (repair.Repair, "preprocess", "Repair"), (JudgeCells, "preprocess", "JudgeCells"),
            (ClearMetadataPreprocessor, "preprocess", "ClearMetadata")):
        spans.time(owner, name, label)
    for name in ("ClearOutput", "OverwriteKernelspec", "IgnorePattern", "LimitOutput", "SaveAutoGrades",
                 "AssignLatePenalties"):
        spans.time(getattr(steps, name), "preprocess", name)
    queue = gradebook.SimpleQueue

    class Waiting:
        """The queue of those whose verdicts have come."""

        def __init__(self) -> None:
            inner = queue()
            self.put, self.get = inner.put, spans.timed(inner.get, "wait for verdicts")

    spans.replace(gradebook, "SimpleQueue", Waiting)
    began = time.perf_counter()
    try:
        spans.timed(command, "everything else")(["grade", *arguments])
    finally:
        total = time.perf_counter() - began + spans.spent["around", "import torch and nbgrader"]
        file.write_text(json.dumps({"total": total, **{label: took for (_, label), took in spans.taken().items()}}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
