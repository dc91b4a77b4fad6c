"""`python -m tests.notebooks [LESSON]`: says in work/nbval/turn.txt, a line each, which solved notebooks nbval is to run again.

These are the lesson's, or without one all whose inputs have changed since the build ran them, and a part of the others. Each is run in
work/nbval with all the other lessons beside it, as a learner has them: some take up what was solved earlier.
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
    for lesson in lessons():
        shutil.copytree(NOTEBOOKS / lesson.name, FOLDER / lesson.name)
    (FOLDER / "turn.txt").write_text("".join(f"work/nbval/{name}\n" for name in names))
    print(f"Notebooks to run again: {', '.join(names) or 'none'}.")


if __name__ == "__main__":
    main()
