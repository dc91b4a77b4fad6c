"""Copies the lessons to my/ and opens JupyterLab there, on any system: `python -m attention_lab.lab`, run in a clone or
in an unpacked download.

Your notebooks in my/ are never overwritten. Each time, the parts that a newer course brings (figures, and lessons that
you have not changed) are updated.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from . import workspace

LESSONS = "lessons", "course"  # the folder's name in a download and in the repository
FIRST = "/lab/tree/00_warmup/00_warmup.ipynb"


def command(my: Path, port: int, browser: bool, first: bool) -> list[str]:
    """Returns the command that starts JupyterLab. first: True opens lesson 00; otherwise JupyterLab opens what was open
    last."""
    # With a file as an argument, JupyterLab would show nothing but its folder.
    # Below warnings, JupyterLab says a page of things before the address.
    options = [f"--port={port}", "--log-level=WARN", *([f"--LabApp.default_url={FIRST}"] if first else []),
               *([] if browser else ["--no-browser"])]
    # in a container one often is, and JupyterLab refuses unless told
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [sys.executable, "-m", "jupyter", "lab", *options, *(["--allow-root"] if root else [])]


def main(arguments: list[str] | None = None) -> int:
    """Starts JupyterLab and returns its exit status. Ends with status 2 and a sentence if there are no lessons, or no
    JupyterLab."""
    parser = argparse.ArgumentParser(prog="python -m attention_lab.lab", description=__doc__)
    parser.add_argument("--lessons", type=Path, help="the folder that holds 01_se and the others "
                                                     f"({' or '.join(LESSONS)})")
    parser.add_argument("--port", type=int, default=8888)
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args(arguments)
    lessons = options.lessons or next((Path(name) for name in LESSONS if Path(name).is_dir()), None)
    if lessons is None:
        parser.error(f"{Path.cwd()} holds no folder {' or '.join(LESSONS)}: go to the folder that holds one, or pass "
                     "--lessons FOLDER")
    if find_spec("jupyterlab") is None:
        parser.error("JupyterLab is not installed for this Python. Run: "
                     f"{shlex.quote(sys.executable)} -m pip install jupyterlab")
    my = Path("my")
    first = not my.exists()
    try:
        said = workspace.copy(lessons, my)
        print(f"New lessons in {my}: {len(said)}." if first else "\n".join(said) or f"{my} is up to date")
    except OSError as error:
        parser.error(str(error))
    print(f"Your notebooks are in {my.resolve()}. JupyterLab shows them in your browser, at the address below. Ctrl-C "
          "here ends it.", flush=True)
    try:
        return subprocess.call(command(my, options.port, not options.no_browser, first), cwd=my)
    except KeyboardInterrupt:  # JupyterLab asks by itself whether it should stop
        return 0


if __name__ == "__main__":
    sys.exit(main())
