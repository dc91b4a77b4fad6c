"""`make affected`: the one command that builds and tests what has changed since the last commit on main.

A folder of tests mirrors each package: tests/judge is for autograder/judge, tests/lab/tasks for attention_lab/tasks,
tests/lessons/eca for the kit of lesson 02_eca.
"""

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from autograder.lessons.course import lessons

TESTS = Path(__file__).parent
# What no folder mirrors. The first line that fits holds.
OTHERS = {
    "solutions/notebooks/*": "course", "course/[0-9e]*": "course", "course/attention_lab/lessons/*/checks/*": "course",
    "solutions/*/recorded.json": "course", "solutions/*/measured.json": "builder", "solutions/*/kinds.json": "site",
    "README.md": "builder docs", "CONTRIBUTING.md": "docs",
    "solutions/shared/*": "solutions lessons graders audit",
    "solutions/*/page.py": "course", "solutions/*/figures.py": "course", "solutions/*/review.py": "course",
    "solutions/*/catalogue/*": "lessons graders site",
    "solutions/*": "lessons graders audit parity course site",
}
ALSO = {"checking": "lessons judge", "judge": "graders", "recording": "judge builder",
        "worker": "judge adversarial", "sandbox": "judge adversarial",
        "submission": "judge corruption", "builder": "course", "docs": "typed site"}
BUILT = ("solutions/*", "builder/*", "autograder/lessons/*", "autograder/recording/*",
         "course/attention_lab/checking/*", "course/attention_lab/lessons/*")
MADE = "solutions/notebooks/*", "*/checks/*.check", "solutions/*.json", "course/attention_lab/lessons/*.json"
TOPIC = re.compile(r"(?:solutions|course/attention_lab/lessons)/(\w+)/")
LESSON_OF = {lesson.topic: lesson.name for lesson in lessons()}


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


def advice(paths: list[str]) -> str:
    """The one command to go on with; empty if nothing has changed."""
    folders = list(dict.fromkeys(folder for path in paths for folder in tested_by(path)))
    built = [path for path in paths if any(fnmatch(path, pattern) for pattern in BUILT)
             and not any(fnmatch(path, pattern) for pattern in MADE)]
    alone = [match[1] for path in built if (match := TOPIC.match(path)) and match[1] in LESSON_OF]
    chosen = f' LESSON="{" ".join(dict.fromkeys(LESSON_OF[topic] for topic in alone))}"' * (len(alone) == len(built))
    steps = [f"make build{chosen}"] if built else []
    if not all(map(tested_by, paths)):
        steps.append("make test")
    elif folders:
        steps.append(".venv/bin/pytest " + " ".join(f"tests/{folder}" for folder in folders))
    return " && ".join(steps)


if __name__ == "__main__":
    print(advice(changed()))
