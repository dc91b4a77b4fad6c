"""Where a lesson's files are. The library brings a kit for each of the course's lessons: a folder, named after its
topic, with the code that only this lesson uses, the recorded checks, the questions for later, the recorded runs, and
the pictures. So a notebook needs nothing beside it.

A lesson that the library does not know, such as an instructor's own, has its files beside its notebook. A class's
release has them there, too, because its instructor may have changed a lesson. So of a lesson of the course there may be
two recordings of the checks, and the newer one is used.
"""

from __future__ import annotations

import tomllib
from filecmp import cmp
from functools import cache
from pathlib import Path

from .checking.known import recorded

LESSONS = Path(__file__).with_name("lessons")
LIST = Path(__file__).with_name("course.toml")  # a copy of solutions/course.toml, made by the build
FIGURES = "figures"
begun: dict[Path, str] = {}  # by folder: the lesson whose notebook runs there, as its first cell says


@cache
def topics() -> dict[str, str]:
    """Returns the topics of the course's lessons, by lesson, in order."""
    return {lesson["name"]: lesson["topic"] for lesson in tomllib.loads(LIST.read_text(encoding="utf-8"))["lesson"]}


def kit(lesson: str) -> Path:
    """Returns the folder of a lesson's kit. Raises KeyError for what is no lesson of the course."""
    return LESSONS / topics()[lesson]


def handed_out(name: str, folder: Path | None = None) -> Path:
    """Returns the path of a file that belongs to a lesson.

    folder: the notebook's; by default the current folder.

    Raises FileNotFoundError if the file is not there.
    """
    here = folder or Path.cwd()
    for place in (home(here), here):
        if (place / name).exists():
            return place / name
    raise FileNotFoundError(f"{name} is not in {here}, and the library has none for this lesson: run the notebook's "
                            "first cell")


def checks(folder: Path, exercise: str = "") -> Path:
    """Returns the folder of the recorded checks for the notebook in `folder`; see `home`. Where the checks beside the
    notebook were written later than the library's, and this library can read them, it is their folder."""
    own, ours = folder / recorded.FOLDER, home(folder, exercise) / recorded.FOLDER
    try:
        parts = recorded.parts(own)
        if _written(parts) > _written(recorded.parts(ours)) and topics().get(_beside(folder)) == ours.parent.name:
            recorded.load(own, next(iter(parts)))
            return own
    except ValueError:
        pass
    return ours


def part(folder: Path, exercise: str) -> recorded.Part:
    """Returns what is recorded about an exercise that is known."""
    return recorded.parts(checks(folder, exercise))[exercise]


def home(folder: Path, exercise: str = "") -> Path:
    """Returns the folder that holds the files of the lesson whose notebook is in `folder`. If several lessons are
    there, it is the one whose first cell ran last.

    exercise: chooses the lesson that has this exercise, if one of them has it. If it is not known which lesson is
        there, it is the one lesson of the course that has it.
    """
    there = list(homes(folder).values())
    having = [path for path in there or map(kit, topics())
              if (path / recorded.FOLDER / f"{exercise}{recorded.SUFFIX}").is_file()]
    if there:
        return [*having, there[0]][0]
    return having[0] if len(having) == 1 else folder


def homes(folder: Path) -> dict[str, Path]:
    """Returns the folders with the files of the lessons whose notebooks are in `folder`, by lesson. A notebook may have
    another name, if its first cell ran or if its folder has the lesson's name."""
    names = [begun.get(folder, ""), _beside(folder), *sorted(path.stem for path in folder.glob("*.ipynb")), folder.name]
    own = {name: folder for name in names[:2] if name and name not in topics()}
    return {name: kit(name) if name in topics() else own[name] for name in names if name in topics() or name in own}


def around(folder: Path) -> dict[str, tuple[Path, Path]]:
    """Returns the lessons in `folder` and in its neighbours: for each, its notebook's folder, and its files'."""
    found: dict[str, tuple[Path, Path]] = {}
    for place in (folder, *sorted(folder.parent.glob("*/"))):
        for name, files in homes(place).items():
            found.setdefault(name, (place, files))
    return found


def two(folder: Path, exercise: str) -> bool:
    """Says whether a recorded check lies beside the notebook that differs from the library's."""
    own, ours = (place / recorded.FOLDER / f"{exercise}{recorded.SUFFIX}" for place in (folder, home(folder, exercise)))
    return own.is_file() and ours.is_file() and not cmp(own, ours, shallow=False)


def figures(lesson: str) -> dict[str, Path]:
    """Returns the pictures of one of the course's lessons, by name. In a clone they lie beside the released notebook,
    and an installed library has them with the lesson's other files."""
    return {path.name: path for place in (LESSONS.parents[1] / lesson, LESSONS / topics().get(lesson, lesson))
            for path in sorted((place / FIGURES).glob("*.svg"))}


def _written(parts: dict[str, recorded.Part]) -> str:
    return max((part.written for part in parts.values()), default="")


def _beside(folder: Path) -> str:
    """Returns the lesson whose recorded checks are beside the notebook; empty if there are none that can be read."""
    try:
        return next((part.lesson for part in recorded.parts(folder / recorded.FOLDER).values()), "")
    except ValueError:
        return ""
