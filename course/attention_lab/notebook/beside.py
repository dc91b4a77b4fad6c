"""The files that a lesson needs beside its notebook."""

from pathlib import Path


def beside(name: str, folder: Path | None = None) -> Path:
    """Returns the path of a file that was handed out with the notebook.

    folder: the notebook's; by default the current folder.

    Raises FileNotFoundError if the file is not there.
    """
    path = (folder or Path.cwd()) / name
    if not path.exists():
        raise FileNotFoundError(f"{name} is not in {path.parent}: it belongs beside the notebook, in the folder as it "
                                "was handed out")
    return path
