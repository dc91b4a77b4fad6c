"""Writes the drawings of one topic: `python -m builder.draw se FOLDER`."""

import argparse
from pathlib import Path

from autograder.lessons.topics import topic


def draw(name: str) -> dict[str, bytes]:
    """Returns the drawings of a topic's `figures.py` as SVG files, by name."""
    figures = topic(name).module("figures").FIGURES if topic(name).has("figures.py") else {}
    return {f"{stem}.svg": figure().encode("utf-8") for stem, figure in figures.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("topic", help="a folder of solutions, such as se")
    parser.add_argument("folder", type=Path, help="where the SVG files go; made if it is missing")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for file, content in draw(arguments.topic).items():
        (arguments.folder / file).write_bytes(content)
        print(arguments.folder / file)
