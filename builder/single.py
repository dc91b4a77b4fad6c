"""Each lesson as one notebook that needs nothing beside it but the library, for those who download it or upload it to
Colab or Kaggle: `python -m builder.single FOLDER` writes all of them, and the library as a wheel. The site's buttons
give them, too.

It is the released notebook, except that
- its drawings are attached to their cells. JupyterLab does not show an attached SVG, so they become PNG files. resvg
  draws them, because its pictures look like a browser's (cairosvg takes only the first font of a list, so formulas lose
  theirs);
- its first cell installs the library if that is missing;
- a link to another file of the course leads to the course's address. Without an address the link goes and its words
  stay. So do all links within the page, because some viewers of notebooks don't follow them.
"""

from __future__ import annotations

import argparse
import base64
import json
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import resvg_py

from autograder.lessons.attached import DRAWN, attached
from autograder.lessons.course import Lesson, lessons, released_folder, repository
from builder.download import wheel

ZOOM = 1.5  # sharp on a fine screen, and not much too large where a page shows a picture's own size
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((#[^)]*|(?:\.\./)?[\w/]+\.(?:ipynb|md|html)(?:#[^)]*)?)\)")
FROM = "from attention_lab"  # begins the line that imports the library
# Plain Python, so that the autograder can read it. On Kaggle, a file that somebody adds lies below /kaggle/input.
INSTALL = '''\
# Run this cell first (Shift+Enter). It installs the course's library if that is missing.
import subprocess, sys
from glob import glob
from importlib.util import find_spec

if not find_spec("attention_lab"):
    found = [*glob("attention_lab-*.whl"),
             *glob("/kaggle/input/**/attention_lab-*.whl", recursive=True){address}]
    for each in found[:1]:
        pip = [sys.executable, "-m", "pip", "install", "-qq", each]
        print(subprocess.run(pip, capture_output=True, text=True).stderr, end="")
# ModuleNotFoundError? Put the file attention_lab-*.whl beside this notebook, and run it again.
'''


def notebook(lesson: Lesson) -> dict[str, Any]:
    """Returns the lesson as a single notebook."""
    folder = released_folder(lesson.name)
    content = json.loads((folder / f"{lesson.name}.ipynb").read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
        if cell["id"] == "first-cell":
            cell["source"] = first(cell["source"])
        elif cell["cell_type"] == "markdown":
            if drawn := DRAWN.findall(cell["source"]):
                cell["attachments"] = {f"figures-{name}.png": {"image/png": picture(folder / f"figures/{name}.svg")}
                                       for name in drawn}
            cell["source"] = without_dead_links(attached(cell["source"]), lesson.name)
    return content


def first(source: str) -> str:
    """Returns a lesson's first cell, so that it installs the library where it is missing."""
    address = f"git+https://github.com/{repository()}#subdirectory=course"
    install = INSTALL.format(address=f',\n             "{address}"' if repository() else "")
    return install + FROM + source.partition(FROM)[2]


def without_dead_links(text: str, lesson: str) -> str:
    """Returns a cell's Markdown without links that lead nowhere if the notebook is alone."""
    def instead(link: re.Match[str]) -> str:
        words, (path, sign, heading) = link[1], link[2].partition("#")
        if not path or not repository():
            return words
        address = f"https://github.com/{repository()}/blob/main/course/{posixpath.normpath(f'{lesson}/{path}')}"
        named = re.sub(r"[^\w-]", "", heading.lower())  # as GitHub calls a heading
        return f"[{words}]({address}{sign}{named})"
    return LINK.sub(instead, text)


def picture(drawing: Path) -> str:
    """Returns an SVG file as PNG, in base64."""
    return base64.b64encode(resvg_py.svg_to_bytes(svg_path=str(drawing), zoom=ZOOM)).decode()


def write(folder: Path, chosen: Iterable[Lesson]) -> None:
    """Writes the library and these lessons. Raises CalledProcessError if the library can't be built."""
    folder.mkdir(parents=True, exist_ok=True)
    wheel(folder)
    for lesson in chosen:
        text = json.dumps(notebook(lesson), ensure_ascii=False, indent=1)
        (folder / f"{lesson.name}.ipynb").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the files go; made if it is missing")
    write(parser.parse_args().folder, lessons())
