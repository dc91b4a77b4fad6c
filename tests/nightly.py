"""Everything, in parts of less than an hour each on two cores: `make nightly`, or one part with
`make nightly PART=2/8`.

A part that has passed stays passed until a file changes that it depends on.
work/nightly.json says which have passed, on what commit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSED = ROOT / "work/nightly.json"
# A process that crashes ends the run: pytest-xdist would start another one, and then wait for ever.
PYTEST = ["-m", "pytest", "-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder", "--max-worker-restart", "0"]
NBVAL = ["-m", "pytest", "-n", "2", "--dist", "loadfile", "--max-worker-restart", "0", "-p", "no:cacheprovider",
         "--nbval", "--nbval-cell-timeout=600", "work/nbval"]
MACHINERY = ("course/attention_lab", "autograder", "solutions", "builder", "constraints.txt", "pyproject.toml")


@dataclass(frozen=True)
class Part:
    """name: what it tries. tests: files and folders of tests/. but: those below that another part has. first: commands
    before pytest.
    inputs: files and folders that it depends on, beside its tests."""

    name: str
    tests: tuple[str, ...]
    but: tuple[str, ...] = ()
    first: tuple[tuple[str, ...], ...] = ()
    inputs: tuple[str, ...] = MACHINERY

    def files(self) -> list[Path]:
        """Its files of tests, relative to the repository."""
        found = {path for name in self.tests for path in ([ROOT / "tests" / name] if name.endswith(".py")
                                                          else (ROOT / "tests" / name).rglob("test_*.py"))}
        return sorted(path.relative_to(ROOT) for path in found
                      if path.relative_to(ROOT / "tests").as_posix() not in self.but)

    def state(self) -> str:
        """A name for all that it depends on, as it is now: tracked and new files alike."""
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *self.inputs, "tests"],
                                cwd=ROOT,
                                capture_output=True, text=True, check=True).stdout.split("\0")
        content = [(name, sha256((ROOT / name).read_bytes()).hexdigest()) for name in sorted(set(listed))
                   if (ROOT / name).is_file()]
        return sha256(json.dumps([self.name, sys.version, content]).encode()).hexdigest()

    def run(self) -> bool:
        """Does it pass? Stops at the first command that fails."""
        commands = [*self.first, (*PYTEST, *map(str, self.files()))]
        environment = {**os.environ, "SUITE": "nightly", "CI": "true"}
        return all(subprocess.run([sys.executable, *command], cwd=ROOT, env=environment).returncode == 0
                   for command in commands)


_TOP = sorted(path.name for path in (ROOT / "tests").glob("test_*.py"))
_ELSEWHERE = ("test_catalogue.py", "test_handout.py", "test_processors.py", "test_benchmarks.py", "test_site.py",
              "test_release.py",
              "test_own_lesson.py", "test_built.py", "test_download.py")
PARTS = (
    Part("known mistakes and the bank under hidden questions", ("graders",), but=("graders/test_audit.py",)),
    Part("every mutant under hidden questions", ("graders/test_audit.py",)),
    Part("what a learner's check says of every known mistake and of the bank; the library", (
        "test_catalogue.py", "seams", "parity", *(name for name in _TOP if name not in _ELSEWHERE))),
    Part("the judge, damaged notebooks, other processors", ("judge", "corruption", "test_processors.py")),
    Part("every attack", ("adversarial",)),
    Part("nbgrader's cycle: classes, clusters, interruptions, insights, a hub",
         ("classroom", "grade", "insights", "hub", "intake")),
    Part("every notebook with its experiments, hand-outs, releases, browsers, the site, benchmarks", (
        "test_built.py", "test_handout.py", "handouts", "browser", "test_site.py", "test_release.py",
        "test_own_lesson.py", "test_benchmarks.py", "test_download.py"),
        first=(("-m", "tests.notebooks"), tuple(NBVAL)), inputs=(*MACHINERY, "docs", "benchmarks", "README.md")),
    Part("other versions and places, and the docs typed", ("versions", "typed"),
         inputs=(*MACHINERY, "docs", "Makefile", "README.md")),
)


def main(chosen: str) -> int:
    """Run one part, `2/8`, or all that have not passed as they are. 1 if one fails."""
    number, _, of = chosen.partition("/")
    if chosen and (not number.isdigit() or of not in ("", str(len(PARTS))) or not 1 <= int(number) <= len(PARTS)):
        print(f"no part {chosen!r}: there are 1/{len(PARTS)} to {len(PARTS)}/{len(PARTS)}", file=sys.stderr)
        return 2
    failed = 0
    for place, part in enumerate(PARTS, 1):
        kept = json.loads(PASSED.read_text(encoding="utf-8")) if PASSED.exists() else {}
        state, last = part.state(), kept.get(part.name, {})
        line = f"{place}/{len(PARTS)} {part.name}"
        if last.get("state") == state:
            print(f"{line}: passed on {last['commit']}, {last['day']}, in {last['minutes']} min; nothing that it "
                  "depends on has changed")
        elif chosen and place != int(number):
            print(f"{line}: " + (f"passed last on {last['commit']}, and has to run again"
                                 if last else "has not passed here"))
        else:
            print(f"{line}: runs", flush=True)
            began = time.monotonic()
            if part.run():
                commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True,
                                        text=True).stdout.strip()
                entry = {"state": state, "commit": commit, "day": date.today().isoformat(),
                         "minutes": round((time.monotonic() - began) / 60)}
                PASSED.parent.mkdir(exist_ok=True)
                PASSED.write_text(json.dumps(kept | {part.name: entry}, indent=1) + "\n", encoding="utf-8")
                print(f"{line}: passed in {entry['minutes']} min", flush=True)
            else:
                failed += 1
                print(f"{line}: FAILED", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or [""]))
