"""Writes the drawings of one topic: `python -m builder.draw se FOLDER`."""

import argparse
from pathlib import Path

from autograder.lessons.topics import topic


def draw(name: str, folder: Path) -> list[Path]:
    """Writes each drawing of a topic's `figures.py` as an SVG file into `folder`, and returns the paths."""
    figures = topic(name).module("figures").FIGURES if topic(name).has("figures.py") else {}
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for stem, figure in figures.items():
        path = folder / f"{stem}.svg"
        # Bytes, so that the file is the same on a system with other line ends.
        path.write_bytes(figure().encode("utf-8"))
        paths.append(path)
    return paths


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topic", help="a folder of solutions, such as se")
    parser.add_argument("folder", type=Path, help="where the SVG files go; made if it is missing")
    arguments = parser.parse_args()
    for written in draw(arguments.topic, arguments.folder):
        print(written)
