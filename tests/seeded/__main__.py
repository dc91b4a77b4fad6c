"""Do the suites notice a bug? Puts each of the patches here into the code, one at a time, and runs the tests until one fails.

    python -m tests.seeded            all patches that have no result in work/seeded.json yet
    python -m tests.seeded judge-*    some of them, again

mutmut and cosmic-ray make mutants of single operators, thousands of them; these are bugs of people, many of them out of our own history.
Each says what is wrong, who would suffer, and the commit that mended it. They were written without a look at the tests.

The tree must be clean: a patch is applied to it and taken out again. Tests that ask whether what is built and measured is up to date are
left out: they fail for any change of that code, right or wrong.
"""

from __future__ import annotations

import fnmatch
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests import suites

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "work/seeded.json"
# Where the tests of a patch are, by the first word of its name.
ROOMS = {
    "judge": ("judge", "graders", "grade", "test_verify.py"),
    "checking": ("seams", "judge/test_bounds.py", "test_catalogue.py", "graders", "parity"),
    "worker": ("judge", "adversarial"),
    "sandbox": ("judge", "adversarial"),
    "submission": ("judge", "corruption", "intake", "classroom/test_repair.py"),
    "classroom": ("classroom", "grade", "insights", "intake"),
    "builder": ("test_built.py", "test_merging.py", "test_measured.py", "test_lesson_source.py", "test_pages.py", "test_course_map.py",
                "test_site.py"),
}
UP_TO_DATE = ("test_built.py::test_recorded_checks_are_what_the_reference_gives_now",
              "test_measured.py::test_no_measurement_is_out_of_date",
              "test_built.py::test_solved_notebook_is_its_source")


def pytest_fails(files: list[str], nightly: bool) -> str:
    """The first test that fails, or nothing."""
    options = [f"--deselect=tests/{test}" for test in UP_TO_DATE]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder", "-p", "no:cacheprovider",
         "--tb=no", *options, *files], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "CI": "true", "SUITE": "nightly" if nightly else ""})
    if run.returncode in (0, 5):  # nothing fails; there is nothing to run
        return ""
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0] if failed else f"pytest ended with {run.returncode}: {run.stdout[-300:]}{run.stderr[-300:]}"


def noticed(room: str) -> tuple[str, str]:
    """The first suite that notices, of quick, test and nightly, and by which test. The tests of the room come first in each."""
    own = [f"tests/{name}" for name in ROOMS[room]]
    quick = [f"tests/{name}" for name in suites.QUICK]
    near = [name for name in quick if any(name == each or name.startswith(each + "/") or each.startswith(name + "/") for each in own)]
    for suite, files in (("quick", near), ("quick", [name for name in quick if name not in near]), ("test", own), ("test", ["tests"]),
                         ("nightly", own), ("nightly", ["tests"])):
        if files and (failed := pytest_fails(files, suite == "nightly")):
            return suite, failed
    return "nothing", ""


def main(patterns: list[str]) -> int:
    """0 if at least half is noticed by quick, 95 of 100 by test, and all by nightly."""
    if subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True).stdout:
        print("the tree is not clean: commit or stash first", file=sys.stderr)
        return 2
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    patches = sorted(Path(__file__).parent.glob("*.patch"))
    for patch in patches:
        if not any(fnmatch.fnmatch(patch.stem, pattern) for pattern in patterns) if patterns else patch.stem in results:
            continue
        began = time.monotonic()
        subprocess.run(["git", "apply", str(patch)], cwd=ROOT, check=True)
        try:
            suite, by = noticed(patch.stem.split("-")[0])
        finally:
            subprocess.run(["git", "apply", "-R", str(patch)], cwd=ROOT, check=True)
        results[patch.stem] = {"suite": suite, "by": by, "seconds": round(time.monotonic() - began)}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        print(f"{patch.stem}: {suite}, {results[patch.stem]['seconds']} s  {by[:200]}", flush=True)
    names = [patch.stem for patch in patches if patch.stem in results]
    found = Counter(results[name]["suite"] for name in names)
    quick, test = found["quick"], found["quick"] + found["test"]
    print(f"of {len(names)}: quick notices {quick}, test {test}, nightly {test + found['nightly']}")
    return int(not (quick >= 0.5 * len(names) and test >= 0.95 * len(names) and not found["nothing"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
