"""`python -m tests.notebooks`: lays the solved notebooks out in work/nbval, for nbval to run them again.

All lie beside each other, as a learner has them: some take up what was solved earlier. Experiments are skipped: their
output is a measurement, which nobody compares. A nightly run (SUITE=nightly) runs them too, to see that they still run.
"""

import shutil
from pathlib import Path

import matplotlib.font_manager  # noqa: F401  lists this computer's fonts, or a cell would, and would say so if it takes long
import nbformat

from attention_lab.notebook import progress
from autograder.lessons.course import COURSE, NOTEBOOKS, ROOT, lessons
from builder import cells
from tests.suites import NIGHTLY

FOLDER = ROOT / "work/nbval"
SKIPPED = "nbval-skip"


def lay_out(folder: Path = FOLDER, experiments: bool = NIGHTLY) -> None:
    """Write the notebooks as nbval is to run them."""
    shutil.rmtree(folder, ignore_errors=True)
    for lesson in lessons():
        path = shutil.copytree(COURSE / lesson.name, folder / lesson.name,
                               ignore=shutil.ignore_patterns(progress.FILE)) / f"{lesson.name}.ipynb"
        notebook = nbformat.read(NOTEBOOKS / lesson.name / path.name, as_version=4)
        for cell in notebook.cells:
            if cells.experiment(cell):
                cell.metadata.tags = [*cell.metadata.tags, *([] if experiments else [SKIPPED])]
                cell.outputs = []
        nbformat.write(notebook, path)


if __name__ == "__main__":
    lay_out()
