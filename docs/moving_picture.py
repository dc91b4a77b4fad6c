"""The README's moving picture, and its red report: `python -m docs.moving_picture`, with Chromium.

It is today's lesson 01 in JupyterLab: a wrong answer with its report, the correction, and the green report. The report
by itself is that of an answer whose numbers are right. The GIF's comment has a digest of all that it shows, so that a
test says when it has to be made again.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import time
from pathlib import Path

from PIL import Image

from attention_lab import workspace
from attention_lab.checking.known import recorded
from attention_lab.checking.verdict.report import Report
from attention_lab.notebook.check import verdict_on
from autograder import recording
from autograder.lessons.course import COURSE, ROOT, files_of
from autograder.lessons.topics import topic
from tests.browser.lab import Lab

GIF, REPORT = ROOT / "docs/lab.gif", ROOT / "docs/report.png"
STUB = "def squeeze(x):\n"
WRONG, RIGHT = "    return x.mean(dim=(1, 2))", "    return x.mean(dim=(2, 3))"
SILENT = "    return x.data.mean(dim=(2, 3))"  # right numbers, no gradient
TYPED = "    return x.mean(dim=(", "    return x.mean(dim=(2", "    return x.mean(dim=(2, 3"
LONG, SHORT = 5000, 250  # ms that a frame stays
SIZE, CLOSE = (900, 616), (120, 90, 860, 450)  # of the picture; of the report, left, top, right and bottom


def shown() -> list[str]:
    """Everything in the pictures that a change of the course can change: three answers, each with its report."""
    answers = [STUB + line for line in (WRONG, RIGHT, SILENT)]
    checks = files_of("01_se") / recorded.FOLDER
    return [text for answer in answers for text in (answer, Report(verdict_on(
        recording.run_source(answer, topic("se").reference, "answer")["squeeze"], checks))._repr_html_())]


def digest() -> bytes:
    """Returns what the GIF's comment must be."""
    return hashlib.sha256("\n".join(shown()).encode()).hexdigest().encode()


def frames() -> list[tuple[Image.Image, int]]:
    """Returns screenshots of JupyterLab, each with its milliseconds. The last one is that of the report by itself."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        workspace.copy(COURSE, Path(folder) / "my")
        with Lab(Path(folder) / "my", size=(SIZE[0], SIZE[1] + 140)) as lab:
            lab.open("01_se/01_se.ipynb")
            lab.js("jupyterapp.commands.execute('application:toggle-left-area')")
            lab.cell("first-cell")  # which is folded, so there is nothing to type into
            lab.js("jupyterapp.commands.execute('notebook:run-cell')")

            def take(milliseconds: int) -> None:
                lab.cell("squeeze")
                time.sleep(0.6)
                picture = Image.open(io.BytesIO(lab.driver.get_screenshot_as_png())).convert("RGB")
                found.append((picture.crop((0, 0, *SIZE)), milliseconds))

            for line, typed in ((WRONG, TYPED), (RIGHT, ()), (SILENT, ())):
                lab.type_into("squeeze", STUB + line)
                lab.run("squeeze")
                lab.run("squeeze-check")
                take(LONG)
                for part in typed:
                    lab.type_into("squeeze", STUB + part)
                    take(SHORT)
    return found


def write() -> None:
    """Writes both pictures."""
    *made, (report, _) = frames()
    report.crop(CLOSE).save(REPORT, optimize=True)
    pictures = [picture.quantize(64, dither=Image.Dither.NONE) for picture, _ in made]
    pictures[0].save(GIF, save_all=True, append_images=pictures[1:], duration=[each for _, each in made], loop=0,
                     comment=digest(), optimize=True)


if __name__ == "__main__":
    write()
