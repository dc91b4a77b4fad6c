"""`make affected`: what to build and what to test for what has changed since the last commit on main.

A folder of tests mirrors each package: tests/judge is for autograder/judge, tests/lab/tasks for attention_lab/tasks,
tests/lessons/eca for the kit of lesson 02_eca.
"""

import subprocess
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

TESTS = Path(__file__).parent
# What no folder mirrors. The first line that fits holds.
OTHERS = {
    "solutions/shared/*": "solutions lessons graders audit",
    "solutions/*/page.py": "course", "solutions/*/figures.py": "course", "solutions/*/review.py": "course",
    "solutions/*/catalogue/*": "lessons graders site",
    "solutions/*": "lessons graders audit parity course site",
}
ALSO = {"checking": "lessons judge", "judge": "graders", "worker": "judge adversarial", "sandbox": "judge adversarial",
        "submission": "judge corruption", "builder": "course", "docs": "typed site"}
BUILT = "solutions/*", "builder/*", "autograder/lessons/*", "autograder/judge/*", "course/attention_lab/checking/*"


def tested_by(path: str) -> list[str]:
    """The folders of tests for a file; none where nothing is known of it."""
    for pattern, folders in OTHERS.items():
        if fnmatch(path, pattern):
            return folders.split()
    room = PurePosixPath(path.replace("course/attention_lab/checking/", "checking/")
                         .replace("course/attention_lab/lessons/", "lessons/")
                         .replace("course/attention_lab/", "lab/").replace("docs/site/", "site/")
                         .removeprefix("autograder/").removeprefix("tests/")).parent
    for folder in [str(room), *map(str, room.parents)]:
        if folder != "." and (TESTS / folder).is_dir():
            return [folder, *ALSO.get(folder, "").split()]
    return []


def changed() -> list[str]:
    """What differs from main's last commit, and what git does not know yet."""
    asked = (["git", "diff", "--name-only", "main"], ["git", "ls-files", "-o", "--exclude-standard"])
    return [line for command in asked for line in subprocess.run(command, capture_output=True, text=True,
                                                                 check=True).stdout.splitlines()]


def advice(paths: list[str]) -> list[str]:
    """Commands, in the order in which to run them."""
    folders = list(dict.fromkeys(folder for path in paths for folder in tested_by(path)))
    lines = ["make build"] if any(fnmatch(path, pattern) for path in paths for pattern in BUILT) else []
    if folders:
        lines.append(".venv/bin/pytest " + " ".join(f"tests/{folder}" for folder in folders))
    if all(tested_by(path) for path in paths):
        parts = " ".join(dict.fromkeys(folder.partition("/")[0] for folder in folders))
        return [*lines, f'make nightly PART="{parts}"'] if paths else []
    return [*lines, "make test"]


if __name__ == "__main__":
    print(*advice(changed()), sep="\n")
