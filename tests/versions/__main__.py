"""Run the sample with another interpreter and with this one, compare, and write the record:
`python -m tests.versions PYTHON`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

from autograder.lessons.course import ROOT
from tests.notebooks import lay_out

# whose solved notebooks are run, without their experiments
LESSONS = "00_warmup", "05b_memory", "08a_windows", "10_capstone"
# Another matplotlib draws other pixels: pictures are left out of the comparison, and their alt texts are not.
PICTURES = "[pictures]\nregex: base64,[A-Za-z0-9+/=]+\nreplace: base64\n"
# The words after an error's name are Python's own: "division by zero" was "integer division or modulo by zero" once.
PYTHONS_WORDS = re.compile(r"(Your code stops with an error: \w+Error[^:]*): .*")
MODULES = os.pathsep.join([str(ROOT), str(ROOT / "course")])


def sampled(python: Path | str) -> dict[str, Any]:
    """What tests/versions/sample.py finds with this interpreter.
    Raises RuntimeError where it does not run to its end."""
    done = _run(python, "-m", "tests.versions.sample")
    if done.returncode:
        raise RuntimeError(f"the sample does not run with {python}: {done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def differences(own: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Every verdict, mark and sentence about an error that differs between two samples, in more than Python's own
    words, or is in one of them alone."""
    pairs = [(own.get(kind, {}), other.get(kind, {})) for kind in ("verdicts", "marks", "errors")]
    return [f"{name}: {here.get(name)} here, {there.get(name)} there" for here, there in pairs
            for name in sorted(here.keys() | there.keys()) if _ours(here.get(name)) != _ours(there.get(name))]


def _ours(values: list[Any] | None) -> list[Any] | None:
    return values and [PYTHONS_WORDS.sub(r"\1", each) if isinstance(each, str) else each for each in values]


def notebooks(python: Path | str, folder: Path) -> str:
    """Run the solved notebooks of LESSONS in that interpreter, and compare their output.
    What pytest says if one differs, or nothing."""
    lay_out(folder, experiments=False)
    (folder / "pictures.cfg").write_text(PICTURES, encoding="utf-8")
    done = _run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", folder,
                "--nbval", "--nbval-current-env", "--nbval-cell-timeout=600", "--nbval-sanitize-with",
                folder / "pictures.cfg",
                *(folder / name for name in LESSONS))
    return done.stdout[-6000:] + done.stderr[-2000:] if done.returncode else ""


def _run(python: Path | str, *arguments: Path | str) -> subprocess.CompletedProcess[str]:
    # One thread, as in the tests, and the repository's modules: nothing of it is installed there.
    environment = {**os.environ, "PYTHONPATH": MODULES, "OMP_NUM_THREADS": "1", "OWN_LESSONS": os.devnull}
    return subprocess.run([python, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)


def main(python: str) -> int:
    """Print what differs, and write the record if nothing does. 1 if something does."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True,
                            text=True).stdout.strip()
    own, other = sampled(sys.executable), sampled(python)
    found = differences(own, other)
    if said := notebooks(python, ROOT / "work/nbval-versions"):
        found.append(said)
    if found:
        print("\n".join(found), file=sys.stderr)
        return 1
    have = other["versions"]
    record = {"day": date.today().isoformat(), "commit": commit, "compared with": own["versions"], "versions": have,
              "answers of the bank with the same verdict": len(other["verdicts"]), "notebooks": LESSONS,
              "marks": other["marks"]}
    name = f"python-{have['python'].rpartition('.')[0]}-torch-{have['torch'].partition('+')[0]}.json"
    path = ROOT / "tests/versions" / name
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
