"""Sets up the environment .venv of a clone: `python builder/set_up.py lab`, or grade, site or test. `make` does it.

What has been installed from the same lists of packages is not installed again. An environment that does not work any
more, because the folder was moved or its Python is gone, is made anew.
"""

import os
import sys

import start  # beside this file

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LISTS = "constraints.txt", "pyproject.toml", os.path.join("course", "pyproject.toml")
# An instructor's command. Graders and references are run from here, not installed.
COMMAND = """{run_by}
import sys
sys.path[:0] = [{root!r}, {course!r}]
from autograder.cli import main
if __name__ == "__main__":
    main()
"""


def run_by(python):
    """Returns the first lines of a program that this Python runs. Only a path with a blank, or a long one, needs the
    shell, which would replace a `$` in it: the lines are for Python as well."""
    plain = " " not in python and len(python) < 126
    return f"#!{python}" if plain else f"""#!/bin/sh\n'''exec' "{python}" "$0" "$@"\n' '''"""


def main(name):
    os.chdir(ROOT)
    environment = start.Environment(ROOT)
    environment.prepare()

    def group(name, *more):
        return environment.pip("-c", "constraints.txt", "--group", name, *more)

    library = "-e", "course"
    pip = "pip itself: a few seconds.", environment.pip("pip>=25.1")  # the first that knows groups
    steps = {
        "site": lambda: [pip, ("What makes the web pages: a minute.", group("site"))],
        "lab": lambda: [pip, environment.torch("-c", "constraints.txt"),
                        ("JupyterLab and the course's library: a minute.", group("lab", *library)),
                        environment.quiet()],
        "grade": lambda: [("nbgrader and what else an instructor needs: a minute.", group("grade", *library))],
        "test": lambda: [("What the tests need: a minute.", group("test", *library))],
    }
    for each in {"grade": ("lab", "grade"), "test": ("lab", "grade", "test")}.get(name, (name,)):
        environment.install(each, LISTS, steps[each])
    if name in ("grade", "test"):
        command = os.path.join(environment.bin, "autograder")
        with open(command, "w") as file:
            file.write(COMMAND.format(run_by=run_by(environment.python), root=ROOT,
                                      course=os.path.join(ROOT, "course")))
        os.chmod(command, 0o755)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except start.Problem as problem:
        sys.exit(str(problem))
