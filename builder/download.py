"""The course as one file for learners without git, make or a terminal: `python -m builder.download` writes
work/attention-by-hand.zip. It is also what the site's button "Download the course" gives.

It holds the released lessons, the library as a wheel, start.py and three lines for each system. No solution is in it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from autograder.lessons.course import COURSE, ROOT, lessons, version

ZIP = ROOT / "work/attention-by-hand.zip"
FOLDER = "attention-by-hand"
START = Path(__file__).with_name("start.py")
READ_ME = """Attention by Hand
=================

You need Python 3.11 or newer (python.org), 3 GB of room (8 GB on Linux, where PyTorch brings along
what a GPU needs), and a network the first time.

Windows   1. Unpack the zip: right click, Extract All.
          2. Double-click start.py in the new folder.
          3. Lesson 00 opens in your browser. The black window belongs to it: close it when you are done.

macOS     1. Unpack the zip with a double click.
          2. Open the folder's menu (right click), choose New Terminal at Folder, and type: python3 start.py
          3. Lesson 00 opens in your browser. Ctrl-C in the terminal ends it.

Linux     1. Unpack the zip.
          2. Open a terminal in the new folder, and type: python3 start.py
          3. Lesson 00 opens in your browser. Ctrl-C in the terminal ends it.

Your own notebooks are in the folder my/. To update, unpack a newer zip over this folder: what you wrote stays.
To start a lesson afresh, rename its folder in my/ and start again.
"""


def wheel_name() -> str:
    """Returns the name of the library's file."""
    return f"attention_lab-{version()}-py3-none-any.whl"


def wheel(folder: Path) -> Path:
    """Builds the library into `folder`. Raises CalledProcessError if that fails."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", folder, COURSE], check=True)
    return folder / wheel_name()


def write(path: Path = ZIP) -> Path:
    """Writes the file. Raises CalledProcessError if the library can't be built."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, wheel_name(), wheel(Path(folder)).read_bytes())
        _add(archive, START.name, START.read_bytes())
        _add(archive, "README.txt", READ_ME.replace("\n", "\r\n").encode())  # Notepad has to show it, too
        for lesson in lessons():
            for file in sorted((COURSE / lesson.name).rglob("*")):
                if file.is_file() and not any(part.startswith(".") for part in file.relative_to(COURSE).parts):
                    _add(archive, f"lessons/{file.relative_to(COURSE).as_posix()}", file.read_bytes())
    return path


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(f"{FOLDER}/{name}")  # without a time of day, so the same files give the same zip
    entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


if __name__ == "__main__":
    made = write()
    print(f"{made}: {made.stat().st_size / 2**20:.1f} MiB")
