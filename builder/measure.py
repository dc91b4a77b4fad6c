"""Records what a lesson's experiments measured, and when: solutions/<topic>/measured.json.

An experiment is a training run, a picture of one, or a number that another processor would round differently. A build
never trains. So the outputs of experiments are in the solved notebook, and stay there until somebody decides to
measure again (`make measure LESSON=02_eca`). The record holds the day, the processor and the version of torch. It also
holds a digest of each definition on which the experiments depend. These are the experiments' cells, and what those use
from the page, the library, the data and other lessons' solutions. If one of these has changed since, the build says so
and a test fails, until the lesson is measured again or the record says why the change cannot matter (`BECAUSE="..."`).

The runs on real pictures have a record of the same form. `python -m solutions.shared.real` trains those of the lessons,
and solutions/capstone/recorded_networks.py those of the capstone.
"""

from __future__ import annotations

import ast
import json
import platform
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from nbformat import NotebookNode

from autograder.lessons.course import COURSE, FILES, Lesson
from autograder.lessons.topics import topic
from builder import cells
from builder.reach import Digests, Place, digest
from builder.record import reach
from builder.run import beside

FILE = "measured.json"
LIBRARY, PAGE = "attention_lab", "page"
EXPERIMENTS, REAL = "experiments", "real pictures"
REAL_RUNS = "solutions.shared.real"
FINDS = "autograder.lessons.course.", "autograder.lessons.topics."  # where a lesson lies, which no number depends on


def records(lesson: Lesson) -> dict[str, dict]:
    """Returns the lesson's records, by what was measured; empty if nothing was."""
    file = topic(lesson.topic).folder / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def depends(lesson: Lesson, notebook: NotebookNode) -> dict[str, Digests]:
    """Returns what each measurement of the lesson depends on at present.

    notebook: the lesson's source.
    """
    found = {EXPERIMENTS: _experiments(lesson, notebook)}
    if trains := real_runs(lesson):
        runs = reach(lesson)
        found[REAL] = runs.of(trains, ["train", "write"]) | runs.of(f"{topic(lesson.topic).package}.reference")
    return {what: {name: digest for name, digest in code.items() if not name.startswith(FINDS)}
            for what, code in found.items() if code}


def real_runs(lesson: Lesson) -> str:
    """Returns the name of the module that trains the lesson's runs on real pictures; empty if there are none."""
    files = topic(lesson.topic)
    if files.has("recorded_networks.py"):
        return f"{files.package}.recorded_networks"
    return REAL_RUNS if files.has("real.json") else ""


def outdated(lesson: Lesson, notebook: NotebookNode) -> dict[str, list[str]]:
    """Returns, for each measurement, the definitions that have changed since it was made, or that it did not depend on
    then. Runs on real pictures depend on the whole reference, to which a further exercise makes no difference."""
    kept, found = records(lesson), {}
    for what, now in depends(lesson, notebook).items():
        then = kept.get(what, {}).get("code", {})
        further = {name for name in now.keys() - then if what == REAL and then and ": " not in name}
        if changed := sorted(name for name in {*now, *then} - further if now.get(name) != then.get(name)):
            found[what] = changed
    return found


def write_down(lesson: Lesson, notebook: NotebookNode, what: str) -> None:
    """Records that this was measured today, on this machine."""
    record = {"measured": date.today().isoformat(), "processor": processor(), "torch": version("torch"),
              "code": depends(lesson, notebook)[what]}
    _write(lesson, records(lesson) | {what: record})


def real(lesson: Lesson) -> None:
    """Runs the lesson's modules on real pictures, and records the results. Runs that work/ already holds are not
    repeated. Takes minutes."""
    import_module(real_runs(lesson) or REAL_RUNS).main([lesson.name])
    write_down(lesson, NotebookNode(cells=[]), REAL)


def excuse(lesson: Lesson, notebook: NotebookNode, because: str) -> None:
    """Keeps every measurement of the lesson that is out of date, with the reason why the change cannot matter."""
    kept, now = records(lesson), depends(lesson, notebook)
    for what, changed in outdated(lesson, notebook).items():
        if what not in kept:
            raise ValueError(f"{lesson.name}: {what} were never measured: `make measure LESSON={lesson.name}`")
        reason = {"day": date.today().isoformat(), "changed": changed, "because": because}
        kept[what] |= {"code": now[what], "kept": [*kept[what].get("kept", []), reason]}
    _write(lesson, kept)


def complaint(lesson: Lesson, notebook: NotebookNode) -> str:
    """Says for a maintainer what is out of date, and what to do about it; empty if nothing is."""
    lines = [f"{lesson.name}: {what} were measured with other code: "
             f"{', '.join(changed[:6])}{' ...' * (len(changed) > 6)}"
             for what, changed in outdated(lesson, notebook).items()]
    if lines:
        lines.append(f"  `make measure LESSON={lesson.name}` measures again; BECAUSE=\"...\" keeps the numbers, with "
                     "your reason")
    return "\n".join(lines)


def processor() -> str:
    """The processor's name, as the system has it."""
    try:
        named = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                 if line.startswith("model name")]
    except OSError:
        named = []
    return (named or [platform.processor() or platform.machine()])[0]


def _experiments(lesson: Lesson, notebook: NotebookNode) -> Digests:
    """Returns what the experiments on a page depend on. The page is treated like a module, and only what the statements
    of the experiments' cells reach counts."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    starts: list[int] = []
    count = 0
    for cell in code:
        statements = len(ast.parse(cells.code([cell])).body)
        starts += range(count, count + statements) if cells.experiment(cell) else []
        count += statements
    if not starts:
        return {}
    found = reach(lesson)
    found.add(PAGE, cells.code(code))
    places = found.places(Place(PAGE, index) for index in starts)
    library = COURSE / LIBRARY
    files = [path for path in library.rglob("*")
             if path.is_file() and path.suffix not in (".py", ".pyc") and FILES not in path.parents]
    files += [path for path in topic(lesson.topic).folder.glob("*.*")
              if path.suffix in (".safetensors", ".json") and path.name != FILE]
    texts = found.texts(places)
    named = {f"data.{path.name}": sha256(path.read_bytes()).hexdigest()[:12] for path in sorted(files)
                if path.name in texts or path.parent != library and path.parent.name in texts}
    return found.digests(places) | named | _of_others(beside(lesson.name, notebook))


def _of_others(notebooks: Iterable[Path]) -> Digests:
    """The exercises that other lessons' notebooks hold."""
    found = {}
    for path in notebooks:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                found[f"{path.stem}.{cell['id']}"] = digest(ast.parse("".join(cell["source"])).body)
    return found


def _write(lesson: Lesson, kept: dict[str, dict]) -> None:
    file = topic(lesson.topic).folder / FILE
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
