"""Write the drawings of one lesson: `python -m solutions.figures.draw se FOLDER`."""

import argparse
from importlib import import_module
from pathlib import Path


def draw(topic: str, folder: Path) -> list[Path]:
    """Write each drawing of `solutions.figures.<topic>` as an SVG file into `folder` and return the paths."""
    figures = import_module(f"solutions.figures.{topic}").FIGURES
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
    parser.add_argument("topic", help="a module of solutions.figures, such as se")
    parser.add_argument("folder", type=Path, help="where the SVG files go; made if it is missing")
    arguments = parser.parse_args()
    for written in draw(arguments.topic, arguments.folder):
        print(written)
