"""`python -m tests.notebooks [LESSON]`: puts the solved notebooks that are to be run again into work/nbval, where nbval runs them.

These are the lesson's, or without one all whose inputs have changed since the build ran them, and a part of the others.
"""

import shutil
import sys

from builder import inputs
from solutions.shared.course import NOTEBOOKS, ROOT, lessons
from tests.sampling import part

FOLDER = ROOT / "work/nbval"


def chosen(lesson: str = "") -> list[str]:
    """The lessons whose turn it is, or the one that is asked for. Raises SystemExit for an unknown lesson."""
    names = [known.name for known in lessons()]
    if lesson:
        if lesson not in names:
            raise SystemExit(f"no lesson {lesson!r} in solutions/course.toml; there are {', '.join(names)}")
        return [lesson]
    changed = [name for name in names if inputs.changed(name)]
    unchanged = [name for name in names if name not in changed]
    return sorted([*changed, *part("unchanged lessons", unchanged)])


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    names = chosen(*sys.argv[1:])
    for name in names:
        shutil.copytree(NOTEBOOKS / name, FOLDER / name)
    print(f"Notebooks to run again: {', '.join(names) or 'none'}.")


if __name__ == "__main__":
    main()
