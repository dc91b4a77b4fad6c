"""Do the suites notice a bug? Puts each of the patches here into the code, one at a time, and runs the test that
noticed it last.

    python -m tests.seeded            all patches
    python -m tests.seeded judge-*    some of them

mutmut and cosmic-ray make mutants of single operators, thousands of them; these are bugs of people, many of them out of
our own history. Each says what is wrong, who would suffer, and the commit that mended it.
They were written without a look at the tests.

noticed.json says which test noticed each patch last, and in which suite. That test is tried first. If it no longer
fails, or is gone, all suites are searched, which can take an hour, and the file is brought up to date. Its suites are
for readers: what counts is where a test fails now.

The tree must be clean, and the tests must pass in it: a patch is applied to it and taken out again. Tests that ask
whether what is built and measured, and these patches, are up to date are left out: they fail for any change of that
code, right or wrong.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOTICED = HERE / "noticed.json"  # {suite: {patch: the pytest id of a test function}}
# Where the tests of a patch are, by the first word of its name.
ROOMS = {
    "judge": ("judge", "lessons", "graders", "classroom"),
    "checking": ("checking", "lab", "judge", "lessons", "graders", "parity"),
    "worker": ("worker", "judge", "adversarial"),
    "sandbox": ("sandbox", "judge", "adversarial"),
    "submission": ("submission", "judge", "corruption", "intake", "classroom"),
    "classroom": ("classroom", "insights", "intake"),
    "builder": ("builder", "course", "lab", "site"),
}
UP_TO_DATE = ("course/test_recorded_checks.py::test_recorded_checks_are_what_the_reference_gives_now",
              "builder/test_measured.py::test_no_measurement_is_out_of_date",
              "course/test_built.py::test_solved_notebook_is_its_source",
              "repository/test_suites.py::test_every_seeded_bug_can_be_put_in_and_its_test_is_there")


def pytest_fails(tests: list[str], suite: str) -> str:
    """The first test of a suite that fails, without its parameters, or nothing."""
    several = (
        ["-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder"] if len(tests) > 1 or "::" not in tests[0] else []
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", *several,
         *(["-m", "quick"] if suite == "quick" else []),
         *(f"--deselect=tests/{test}" for test in UP_TO_DATE), *tests], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "CI": "true", "SUITE": suite})
    if run.returncode in (0, 5):  # nothing fails; there is nothing to run
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) ([^\s\[@]+)", run.stdout, re.MULTILINE)  # after @ stands xdist's group
    return failed[1] if failed else f"pytest ended with {run.returncode}: {run.stdout[-300:]}{run.stderr[-300:]}"


def noticed(room: str, test: str) -> tuple[str, str]:
    """The first suite that notices, of quick, test and nightly, and by which test. `test`, unless it is empty, is tried
    before all others; then the tests of the room come first in each suite."""
    own = [f"tests/{name}" for name in ROOMS[room]]
    suites = "quick", "test", "nightly"
    for suite, tests in [*product(suites, [[test]] if test else []), *product(suites, [own, ["tests"]])]:
        if failed := pytest_fails(tests, suite):
            return suite, failed
    return "nothing", ""


def is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    return (ROOT / path).is_file() and f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def main(patterns: list[str]) -> int:
    """0 if at least half is noticed by quick, 95 of 100 by test, and all by nightly;
    2 if the code as it is can't be tried."""
    patches = [path for path in sorted(HERE.glob("*.patch"))
               if any(fnmatch.fnmatch(path.stem, each) for each in patterns or ["*"])]
    table = json.loads(NOTICED.read_text(encoding="utf-8"))
    # Those that are there: pytest runs none at all if one of them has gone.
    known = {name: test for tests in table.values() for name, test in tests.items() if is_there(test)}
    if subprocess.run(["git", "status", "--porcelain", ".", f":(exclude){NOTICED}"], cwd=ROOT, capture_output=True,
                      text=True).stdout:
        print("the tree is not clean: commit or stash first", file=sys.stderr)
        return 2
    tests = [known[patch.stem] for patch in patches if patch.stem in known]
    if tests and (failed := pytest_fails(tests, "nightly")):
        print(f"fails without any patch: {failed}", file=sys.stderr)
        return 2
    found: Counter[str] = Counter()
    for patch in patches:
        began, name = time.monotonic(), patch.stem
        if subprocess.run(["git", "apply", patch], cwd=ROOT).returncode:
            print(f"{name}: does not apply any more", flush=True)
            continue
        try:
            suite, test = noticed(name.split("-")[0], known.get(name, ""))
        finally:
            subprocess.run(["git", "apply", "-R", patch], cwd=ROOT, check=True)
        if test and test != known.get(name) and pytest_fails([test], "nightly"):
            print(f"{name}: fails without this patch, too: {test}", file=sys.stderr)
            return 2
        found[suite] += 1
        for named in table.values():
            named.pop(name, None)
        table.setdefault(suite, {})[name] = test
        NOTICED.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{name}: {suite}, {time.monotonic() - began:.0f} s  {test}", flush=True)
    quick, test = found["quick"], found["quick"] + found["test"]
    print(f"of {len(patches)}: quick notices {quick}, test {test}, nightly {test + found['nightly']}")
    return int(not (quick >= 0.5 * len(patches) and test >= 0.95 * len(patches) and test
                    + found["nightly"] == len(patches)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
