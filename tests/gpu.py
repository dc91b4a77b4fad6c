"""`make gpu`: all that needs a CUDA device, in one command of at most ten minutes, with a report in work/gpu.json.

    PYTHONPATH=.:course python3 -m tests.gpu    # any interpreter with torch, the library's packages and pytest

Exit status 0: all passed; 1: something did not; 2: torch sees no CUDA device here, and nothing was run.
"""

import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
import torch

from autograder.intake.files import read
from autograder.lessons.course import NOTEBOOKS, ROOT, lessons
from tests.bank import answers

REPORT = ROOT / "work/gpu.json"
SECONDS = 600  # for all parts together
JOBS = 6  # judges at most: each of their workers, started one by one, holds nearly a gigabyte of the GPU's memory
TESTS = ("tests/judge/test_cuda.py", "tests/checking/test_device.py")
COMMAND = "from autograder.cli import main; main()"
Line = dict[str, Any]  # what `autograder check --json` says of a notebook

# What stays on the CPU, by its lesson and exercise: right on the CPU, so that it loses the share of the device check
# and no other.
STAYING = {
    ("01_se", "squeeze"):
        "def squeeze(x):\n"
        "    ones = torch.ones(x.shape[2] * x.shape[3], 1, dtype=x.dtype)\n"
        "    return (x.flatten(2) @ ones).squeeze(-1) / len(ones)\n",
    ("02_eca", "band_matrix"):
        "def band_matrix(kernel, channels):\n"
        "    k = len(kernel)\n"
        "    if k % 2 == 0:\n"
        "        raise ValueError(f'even: {k}')\n"
        "    matrix = torch.zeros(channels, channels, dtype=kernel.dtype)\n"
        "    for i in range(channels):\n"
        "        for j in range(channels):\n"
        "            if 0 <= j - i + k // 2 < k:\n"
        "                matrix[i, j] = kernel[j - i + k // 2]\n"
        "    return matrix\n",
    ("08b_cosine", "WindowAttention"):
        next(answer.source for answer in answers("wrong")
             if answer.entry.id == "index-and-mask-stay-on-the-cpu"),
}


class Failed(Exception):
    """A part did not pass; the text says what."""


def main() -> int:
    """Run every part and write the report."""
    if not torch.cuda.is_available():
        print(f"torch {torch.__version__} sees no CUDA device here, so nothing was run.", file=sys.stderr)
        return 2
    began, parts = time.monotonic(), []
    for name, part in PARTS.items():
        print(f"{name} ...", flush=True)
        parts.append({"part": name, **timed(part, began + SECONDS)})
        print(f"  {parts[-1]['outcome']} after {parts[-1]['seconds']} s\n{parts[-1]['failed']}".rstrip(), flush=True)
        write(parts)
    return int(any(part["outcome"] != "passed" for part in parts))


def write(parts: Sequence[dict[str, Any]]) -> None:
    """The report on what has run so far: an interrupted run leaves it too, with `complete` false."""
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps({"device": torch.cuda.get_device_name(), "torch": torch.__version__,
                                  "cuda": torch.version.cuda,
                                  "complete": len(parts) == len(PARTS), "parts": parts}, indent=1) + "\n",
                                  encoding="utf-8")


def timed(part: Callable[[float], None], until: float) -> dict[str, Any]:
    """A part's outcome, its seconds, and what failed."""
    start, failed = time.monotonic(), ""
    try:
        part(until)
    except Failed as why:
        failed = str(why)
    except subprocess.TimeoutExpired:
        failed = f"stopped, because all parts together may take {SECONDS} s"
    return {"outcome": "failed" if failed else "passed", "seconds": round(time.monotonic() - start, 1),
            "failed": failed}


def doctor(until: float) -> None:
    """`autograder doctor --full`, which also starts a worker on the GPU."""
    said = run(["-c", COMMAND, "doctor", "--full"], until)
    if said.returncode or "a worker computes on the GPU" not in said.stdout:
        raise Failed(said.stdout + said.stderr)


def tests(until: float) -> None:
    """The tests that are left out, or ask less, where there is no device. One that is skipped here has failed."""
    said = run(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *TESTS], until)
    if said.returncode or " skipped" in said.stdout:
        raise Failed((said.stdout + said.stderr)[-4000:])


def solved(until: float) -> None:
    """Every solved notebook gets full marks on the device."""
    lines = checked([NOTEBOOKS / f"{lesson.name}/{lesson.name}.ipynb" for lesson in lessons()], "cuda", until)
    complain(short for line in lines for short in below_full(line, "cuda"))


def staying(until: float) -> None:
    """A tensor that stays on the CPU costs the device check, and nothing else."""
    complain(wrong for lesson, name in STAYING
             for wrong in not_caught(staying_line(lesson, name, "cuda", until), name, "cuda"))


PARTS = {"doctor": doctor, "tests": tests, "tensors that stay on the CPU": staying, "solved notebooks": solved}


def below_full(line: Line, device: str) -> list[str]:
    """What a solved notebook's line says that it should not."""
    if line["error"] or line["device"] != device:
        return [f"{line['notebook']}: judged on {line['device']}, {line['error'] or 'without an error'}"]
    found = [f"{line['lesson']} {exercise['name']}: {check['name']} {check['outcome']}: {check['message']}"
             for exercise in line["exercises"] for check in exercise["checks"] if check["outcome"] != "passed"]
    return found or ([] if line["points"] == line["max_points"] > 0 else
                     [f"{line['lesson']}: {line['points']} of {line['max_points']} points"])


def not_caught(line: Line, name: str, device: str) -> list[str]:
    """What is said of an answer whose tensor stays on the CPU, if it is anything but that the device check failed."""
    if line["error"] or line["device"] != device:
        return [f"{line['notebook']}: judged on {line['device']}, {line['error'] or 'without an error'}"]
    exercise = next(exercise for exercise in line["exercises"] if exercise["name"] == name)
    lost = [check["name"] for check in exercise["checks"] if check["outcome"] != "passed"]
    right = lost == ["device"] and 0 < exercise["points"] < exercise["max_points"]
    return [] if right else [f"{name}: {exercise['points']} of {exercise['max_points']} points, lost: "
                             f"{', '.join(lost) or 'nothing'}"]


def staying_line(lesson: str, name: str, device: str, until: float) -> Line:
    """The verdict on a solved notebook in which the exercise `name` is answered with STAYING's code."""
    notebook = copy.deepcopy(read(NOTEBOOKS / f"{lesson}/{lesson}.ipynb"))
    defined = f"\ndef {name}(", f"\nclass {name}("
    cells = [cell for cell in notebook.cells
             if cell.cell_type == "code" and any(word in f"\n{cell.source}" for word in defined)]
    if len(cells) != 1:
        raise ValueError(f"{name} of {lesson} is defined in {len(cells)} cells of the solved notebook, not in one")
    cells[0].source = STAYING[lesson, name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{lesson}.ipynb"
        nbformat.write(notebook, path)
        return checked([path], device, until)[0]


def checked(notebooks: Sequence[Path], device: str, until: float) -> list[Line]:
    """`autograder check` of them, several judges side by side. Raises Failed where it ends without a line for each."""
    jobs = min(JOBS, max(2, (os.cpu_count() or 2) // 2))
    said = run(["-c", COMMAND, "check", "--json", "-", "--jobs", str(jobs), "--device", device, *map(str, notebooks)],
               until)
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    if len(lines) != len(notebooks):
        raise Failed(f"{len(lines)} of {len(notebooks)} notebooks were judged:\n{said.stderr[-4000:]}")
    return lines


def complain(found: Any) -> None:
    """Raise Failed with the lines of `found`, if there are any."""
    if lines := list(found):
        raise Failed("\n".join(lines))


def run(arguments: Sequence[str], until: float) -> subprocess.CompletedProcess[str]:
    """This interpreter, from the repository's root, until the time is up."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "course")])
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": paths}, timeout=max(1, until - time.monotonic()))


if __name__ == "__main__":
    sys.exit(main())
