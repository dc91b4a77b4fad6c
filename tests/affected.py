"""`make affected`: what to build and what to test for what has changed since the last commit on main."""

import subprocess
from fnmatch import fnmatch

# A path, and what to do after a change there. Every line that fits is printed once.
AFTER = [
    ("solutions/*/page.py", "make build LESSON=...    if an experiment has changed: make measure LESSON=..."),
    ("solutions/*/figures.py", "make build LESSON=..."),
    ("solutions/*/review.py", "make build LESSON=..."),
    ("solutions/*/reference.py", "make build LESSON=...; pytest tests/parity; make nightly PART=1/8 and 2/8"),
    ("solutions/*/exercises.py",
     "make build LESSON=...; pytest -k LESSON tests/graders tests/test_catalogue.py; make nightly PART=1/8, 2/8"),
    ("solutions/*/catalogue/*",
     "make build LESSON=...; pytest -k LESSON tests/test_catalogue.py tests/graders/test_right_and_wrong.py; if "
     "right answers or mutants have changed: autograder audit LESSON"),
    ("solutions/shared/*", "make build; make quick; make nightly PART=1/8 and 2/8"),
    ("solutions/course.toml", "make build"),
    ("course/attention_lab/checking/*",
     "make build; pytest tests/seams tests/test_catalogue.py; make nightly PART=3/8 and 4/8"),
    ("course/attention_lab/*",
     "make build; make quick; where it names a measurement: make measure; make nightly PART=3/8 and 7/8"),
    ("autograder/judge/*", "make build; pytest tests/judge tests/graders; make nightly PART=1/8, 2/8 and 4/8"),
    ("autograder/worker/*", "pytest tests/judge tests/adversarial; make nightly PART=4/8 and 5/8"),
    ("autograder/sandbox/*", "pytest tests/judge tests/adversarial; make nightly PART=4/8 and 5/8"),
    ("autograder/submission/*", "pytest tests/judge tests/corruption; make nightly PART=4/8 and 5/8"),
    ("autograder/intake/*", "pytest tests/intake; make nightly PART=6/8"),
    ("autograder/classroom/*", "pytest tests/classroom tests/grade; make nightly PART=5/8 and 6/8"),
    ("autograder/insights/*", "pytest tests/insights; make nightly PART=6/8"),
    ("builder/*", "make build, which changes nothing; make quick; make nightly PART=7/8"),
    ("docs/*", "pytest tests/test_site.py; make nightly PART=7/8 and 8/8"),
    ("*", "make test"),
]


def changed() -> list[str]:
    """What differs from main's last commit, and what git does not know yet."""
    asked = (["git", "diff", "--name-only", "main"], ["git", "ls-files", "-o", "--exclude-standard"])
    return [line for command in asked for line in subprocess.run(command, capture_output=True, text=True,
                                                                 check=True).stdout.splitlines()]


if __name__ == "__main__":
    paths = changed()
    for pattern, what in AFTER:
        if found := [path for path in paths if fnmatch(path, pattern)]:
            print(f"{found[0]}{f' and {len(found) - 1} more' if found[1:] else ''}:\n    {what}")
