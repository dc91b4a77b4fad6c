"""What an attack achieves against the control: points, secrets, harm."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import determine_grade

from tests.classroom.pupils import LESSON, RELEASED, ROOT, hand_in, notebook_of

from .control import ALIVE
from .harness import ENVIRONMENT, World, honest_pupil
from .tables import Attack
from .traces import end, marked

PATIENCE = 16.0  # seconds without a sign of life, after which this process takes the control for hanging
LARGEST_PAGE = 8 << 20
IMPORTS = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\nfrom attention_lab import check\n"

Points = dict[str, dict[str, float]]  # by style, then by exercise


@dataclass
class Outcome:
    """points: None where there is no verdict. harm: what went wrong, in words.
    page: the notebook that a plain pipeline would show."""

    points: Points | None = None
    secrets: list[str] = field(default_factory=list)
    harm: list[str] = field(default_factory=list)
    page: NotebookNode | None = None

    def gained(self, honest: Outcome) -> list[str]:
        """Where more was paid than for the same answers without the trick."""
        if self.points is None:
            return []
        return [f"{style} {name}: {paid:g}" for style, by_name in self.points.items() for name, paid in by_name.items()
                if paid > honest.points.get(style, {}).get(name, 0.0)]

    def won(self, attack: Attack, honest: Outcome) -> list[str]:
        """What shows that the attack succeeded; of attacks on a page, only a browser can say."""
        return {"points": self.gained(honest), "secret": self.secrets, "harm": self.harm, "page": []}[attack.wins]


def cells(notebook: NotebookNode) -> list[tuple[str, bool]]:
    """The code of a submission that graders run, without the lesson's pictures and experiments;
    which cells give points."""
    shown = {cell.source for cell in RELEASED.cells if not cell.metadata.get("nbgrader")}
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source not in shown]
    marks = [cell.metadata.get("nbgrader") for cell in code]
    return [(IMPORTS, False)] + [(cell.source, isinstance(mark, dict) and bool(mark.get("grade")))
                                 for cell, mark in zip(code, marks)]


def against_control(world: World, attacks: Iterable[Attack]) -> dict[str, Outcome]:
    """The outcome of every attack by name, of its twin by `twin_of`, and of a pupil who has everything right as
    `honest`."""
    folder = world.folder / "control"
    (folder / "results").mkdir(parents=True)
    known = list(attacks)
    jobs = [{"name": "honest", "marker": f"{world.token}-honest", "cells": cells(notebook_of(world.ada))}]
    for attack in known:
        if attack.on_files:
            continue
        jobs.append({"name": attack.name, "marker": world.marker(attack),
                     "cells": cells(notebook_of(world.pupil(attack)))})
        if (twin := twin_of(attack)) not in {job["name"] for job in jobs}:
            jobs.append({"name": twin, "marker": f"{world.token}-{twin}",
                         "cells": cells(notebook_of(honest_pupil(attack)))})
    (folder / "jobs.json").write_text(json.dumps(jobs))
    environment = {**os.environ, ENVIRONMENT: world.secrets["environment"],
                   "ADVERSARIAL_ANSWERS": str(world.kept / "reference.py"),
                   "OMP_NUM_THREADS": "1", "PYTHONPATH": f"{ROOT}:{ROOT / 'course'}", "TMPDIR": str(world.scratch)}
    results = {}
    while waiting := [job for job in jobs if job["name"] not in results]:
        ended = _run(folder, environment)
        for job in waiting:
            result = folder / "results" / f"{job['name']}.json"
            if not result.exists():
                results[job["name"]] = {"ended": None, "left": [], "exceeded": [], "printed": 0, "grader": ended}
                result.write_text("{}")
                break
            results[job["name"]] = json.loads(result.read_text())
    outcomes = {job["name"]: _outcome(folder, job["name"], results[job["name"]], world) for job in jobs}
    for attack in known:
        outcome = outcomes.setdefault(attack.name, Outcome())
        outcomes.setdefault(twin_of(attack), Outcome(points={}))
        outcome.secrets += world.given_away(world.taken(attack))
        outcome.harm += [f"there is a file {path}" for path in world.left_behind(attack)]
        outcome.harm += world.notes(attack)
        outcome.harm += ["it stands in the gradebook"] * (world.marker(attack).encode() in world.gradebook.read_bytes())
        outcome.harm += ["it was heard outside"] * (world.marker(attack) in world.heard())
        if attack.on_files:
            _believe(attack, world, outcome)
        world.clear(attack)
    _show({attack.name: outcomes[attack.name] for attack in known if attack.on_files or attack.wins == "page"}, world)
    return outcomes


def twin_of(attack: Attack) -> str:
    """The name of the job with the same answers without the trick: one for all attacks that hold the same."""
    return f"honest-{hashlib.sha256(repr(attack.honest).encode()).hexdigest()[:8]}"


def _run(folder: Path, environment: dict[str, str]) -> str:
    """One process for as many jobs as it survives. How it ended."""
    process = subprocess.Popen([sys.executable, "-m", "tests.adversarial.control", str(folder)], cwd=ROOT,
                               env=environment,
                               stdout=subprocess.DEVNULL, stderr=open(folder / "errors", "wb"), start_new_session=True)
    alive = folder / ALIVE
    alive.unlink(missing_ok=True)
    try:
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1)
            if _stopped(process.pid) or alive.exists() and time.time() - alive.stat().st_mtime > PATIENCE:
                return "the grader hangs"
        return f"the grader ended with {process.returncode}"
    finally:
        end([*marked(str(folder), but=(os.getpid(),))])
        process.wait()


def _stopped(pid: int) -> bool:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    return False


def _outcome(folder: Path, name: str, result: dict, world: World) -> Outcome:
    path = folder / f"{name}.out"
    printed = path.read_bytes()[-(4 << 20):].decode(errors="replace") if path.exists() else ""
    outcome = Outcome(secrets=world.given_away(printed),
                      harm=[*result["exceeded"], *(f"still runs: {line}" for line in result["left"])])
    if "grader" in result:
        outcome.harm.append(result["grader"])
    elif result["ended"] is None:
        outcome.harm.append("it did not end in time")
    if result["printed"] > 10 << 20:
        outcome.harm.append(f"printed {result['printed']:,} bytes")
    if "\x1b" in printed:
        outcome.harm.append("the log holds commands for a terminal")
    try:
        report = json.loads(printed.strip().splitlines()[-1])
        if not all(math.isfinite(p) for by_name in report["points"].values() for p in by_name.values()):
            raise ValueError("points that are no number")
        outcome.points = report["points"]
        outcome.page = _told(report["messages"])
    except Exception as error:  # forged so that it cannot be read
        outcome.harm.append(f"no verdict: {type(error).__name__} after {result['ended']} s")
    return outcome


def _told(messages: list[str]) -> NotebookNode:
    """A report that puts the learner's messages into its HTML as they are."""
    cell = nbformat.v4.new_code_cell("check()",
                                     outputs=[new_output("display_data", {"text/html": f"<p>{m}</p>"})
                                              for m in messages])
    return nbformat.v4.new_notebook(cells=[cell])


def _believe(attack: Attack, world: World, outcome: Outcome) -> None:
    """What a pipeline makes of the file that believes what is written in it: nbgrader's own functions, on the file
    as it came."""
    folder = world.folder / "believed" / attack.name
    hand_in(world.pupil(attack), folder)
    world.furnish(attack, folder)
    try:
        if not (folder / f"{LESSON}.ipynb").is_file():
            raise OSError("it is no file, and to read a pipe never ends")
        notebook = nbformat.read(folder / f"{LESSON}.ipynb", as_version=4)
        outcome.page = notebook
        MetadataValidator().validate_nb(notebook)
        grades = [determine_grade(cell) for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
        if not all(points is not None and math.isfinite(points) and math.isfinite(most) for points, most in grades):
            raise ValueError(f"points that are no numbers: {grades}")
        outcome.points = {"written": {"all": float(sum(points for points, _ in grades))}}
    except Exception as error:
        outcome.harm.append(f"no verdict on the file: {type(error).__name__}: {error}"[:300])
    try:
        # as nbgrader copies what lies beside a notebook: links are followed
        copy = shutil.copytree(folder, f"{folder}-copied")
        for path in filter(Path.is_file, Path(copy).rglob("*")):
            outcome.secrets += world.given_away(path.read_text(errors="replace")) if path.suffix != ".ipynb" else []
    except Exception as error:
        outcome.harm.append(f"the folder cannot be copied: {type(error).__name__}")


def plain_page(world: World, name: str) -> Path:
    return world.folder / "pages" / f"{name}.html"


def _show(outcomes: dict[str, Outcome], world: World) -> None:
    """Their pages as nbconvert makes them, in another process, because some take for ever."""
    folder = world.folder / "pages"
    folder.mkdir()
    for name, outcome in outcomes.items():
        if outcome.page:
            (folder / f"{name}.ipynb").write_text(json.dumps(outcome.page))
    subprocess.run([sys.executable, "-m", "tests.adversarial.plain_pages", str(folder)], cwd=ROOT, check=True,
                   capture_output=True)
    for path in folder.glob("*.html"):
        page, outcome = path.read_text(encoding="utf-8"), outcomes[path.stem]
        outcome.secrets += world.given_away(page)
        outcome.harm += [page] * page.startswith("no page") + [f"a page of {len(page):,} characters"] * (
            len(page) > LARGEST_PAGE
        )
