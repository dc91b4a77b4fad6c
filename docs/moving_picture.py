"""Record docs/lab.gif, the moving picture of the README, from a JupyterLab in Chromium.

    python -m docs.moving_picture      (from the repository's root; needs chromium and chromedriver)

Lesson 01's first exercise: a wrong answer, the check that names the mistake and opens its hint, the mended line, a
green check.
"""

from __future__ import annotations

import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

from PIL import Image

from attention_lab import workspace
from autograder.lessons.course import COURSE, ROOT
from tests.browser.lab import PANEL, Lab, missing_tools, wait_for

PICTURE = ROOT / "docs/lab.gif"
SIZE = 900, 640  # of the page, px
COLOURS = 64
STUB_ENDS = "# YOUR CODE HERE\n    raise NotImplementedError()"
WRONG = ("return ", "x.mean(", "dim=(1, 2", "))")
MENDED = ("2, 3", "))")  # in place of the axes
PAUSE, KEYS, READ = 900, 220, 3600  # ms that a frame stays: a moment, a few letters, a report


class Recorder:
    """Frames of a page, each with the time that it stays."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.frames: list[Image.Image] = []
        self.times: list[int] = []

    def take(self, stays: int) -> None:
        self.frames.append(Image.open(BytesIO(self.lab.driver.get_screenshot_as_png())).convert("RGB"))
        self.times.append(stays)

    def type(self, parts: tuple[str, ...]) -> None:
        """Type at the caret, with a frame for each part."""
        for part in parts:
            self.lab.driver.execute_cdp_cmd("Input.insertText", {"text": part})
            time.sleep(0.3)
            self.take(KEYS)

    def save(self, path: Path) -> None:
        """One palette for all frames, so that only what changes is stored."""
        palette = self.frames[-1].copy()
        # the red report beside the green one
        palette.paste(self.frames[len(self.frames) // 2].crop((0, SIZE[1] // 2, *SIZE)), (0, 0))
        palette = palette.quantize(COLOURS, dither=Image.Dither.NONE)
        first, *rest = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self.frames)
        first.save(path, save_all=True, append_images=rest, duration=self.times, loop=0, optimize=True)


def run(lab: Lab, cell: str) -> None:
    """Run a cell where it stands, without scrolling to it."""
    lab.js(f"window.ended = false; {PANEL}.content.activeCellIndex = {PANEL}.content.widgets.findIndex(w => "
           "w.model.id === arguments[0]);jupyterapp.commands.execute('notebook:run-cell').then(() => { window.ended "
           "= true; })", cell)
    wait_for(f"the end of {cell}", lambda: lab.js("return window.ended"))
    time.sleep(1)


def try_answer(recorder: Recorder) -> None:
    """Run the exercise and its check, and stay with the report."""
    lab = recorder.lab
    run(lab, "squeeze")
    recorder.take(PAUSE)
    run(lab, "squeeze-check")
    lab.js(f"{PANEL}.content.widgets.find(w => w.model.id === 'squeeze').node.scrollIntoView({{block: 'start'}})")
    time.sleep(0.5)
    recorder.take(READ)


def record(lab: Lab) -> Recorder:
    recorder = Recorder(lab)
    # the page's own size, which a window's frame makes smaller
    lab.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": SIZE[0], "height": SIZE[1], "deviceScaleFactor": 1, "mobile": False})
    lab.open("01_se/01_se.ipynb")
    lab.js("jupyterapp.shell.collapseLeft(); jupyterapp.shell.collapseRight();"
           "for (const bar of document.querySelectorAll('.jp-SideBar')) bar.style.display = 'none'")
    imports = lab.js(f"return {PANEL}.content.widgets.find(w => w.model.sharedModel.source.startsWith('import "
                     "torch')).model.id")
    run(lab, imports)
    stub = lab.source("squeeze")
    if STUB_ENDS not in stub:
        raise ValueError(f"the exercise squeeze does not end in {STUB_ENDS!r}: {stub!r}")
    lab.cell("squeeze")
    time.sleep(1)
    recorder.take(PAUSE)
    begun = stub[:stub.index(STUB_ENDS)]
    lab.type_into("squeeze", begun)
    recorder.type(WRONG)
    try_answer(recorder)
    lab.type_into("squeeze", begun + "".join(WRONG).removesuffix("1, 2))"))
    recorder.type(MENDED)
    try_answer(recorder)
    return recorder


def main() -> None:
    if missing := missing_tools():
        sys.exit(f"needed and not found: {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as folder:
        workspace.copy(COURSE, Path(folder, "my"))
        with Lab(Path(folder, "my"), size=SIZE) as lab:
            recorder = record(lab)
    recorder.save(PICTURE)
    print(f"{PICTURE}: {len(recorder.frames)} frames, {sum(recorder.times) / 1000:.0f} s, "
          f"{PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
