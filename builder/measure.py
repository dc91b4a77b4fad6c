"""Records what a lesson's experiments measured, and when: solutions/<topic>/measured.json.

An experiment is a training run, a picture of one, or a number that another processor would round differently. A build
never trains. So the outputs of experiments are in the solved notebook, and stay there until somebody decides to
measure again (`make measure LESSON=02_eca`). The record holds the day, the processor and the version of torch. It also
holds a digest of each file on which the experiments depend: of the modules that they import, of the data, and of the
page, of which only the experiments' cells count, and what these use. If one of them has changed since, the build says
so and a test fails, until the lesson is measured again, or until somebody decides that the change cannot matter. Then
`make measure LESSON=02_eca KEEP=1` keeps what was measured, and the reason stands in the commit's message.

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

from attention_lab.notebook.review import QUESTIONS
from autograder.lessons import pages
from autograder.lessons.course import COURSE, FILES, ROOT, Lesson
from autograder.lessons.topics import topic
from builder import cells
from builder.reach import Digests, defining, digest, used
from builder.record import reach
from builder.run import beside

FILE = "measured.json"
LIBRARY, PAGE = "attention_lab", "page.py"
EXPERIMENTS, REAL = "experiments", "real pictures"
REAL_RUNS = "solutions.shared.real"
# no number depends on what judges an answer, on where a lesson lies, or on how something is drawn
APART = "attention_lab.checking", "attention_lab.lesson_files", "attention_lab.pictures", "autograder"


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
        found[REAL] = _real(lesson, trains)
    return {what: files for what, files in found.items() if files}


def real_runs(lesson: Lesson) -> str:
    """Returns the name of the module that trains the lesson's runs on real pictures; empty if there are none."""
    files = topic(lesson.topic)
    if files.has("recorded_networks.py"):
        return f"{files.package}.recorded_networks"
    return REAL_RUNS if files.has("real.json") else ""


def outdated(lesson: Lesson, notebook: NotebookNode) -> dict[str, list[str]]:
    """Returns, for each measurement, the files that have changed since it was made, or that it did not depend on then.
    """
    recorded, result = records(lesson), {}
    for what, now in depends(lesson, notebook).items():
        then = recorded.get(what, {}).get("files", {})
        if changed := sorted(name for name in {*now, *then} if now.get(name) != then.get(name)):
            result[what] = changed
    return result


def write_down(lesson: Lesson, notebook: NotebookNode, what: str) -> None:
    """Records that this was measured today, on this machine."""
    record = {"measured": date.today().isoformat(), "processor": processor(), "torch": version("torch"),
              "files": depends(lesson, notebook)[what]}
    _write(lesson, records(lesson) | {what: record})


def real(lesson: Lesson) -> None:
    """Runs the lesson's modules on real pictures, and records the results. Runs that work/ already holds are not
    repeated. Takes minutes."""
    import_module(real_runs(lesson) or REAL_RUNS).main([lesson.name])
    write_down(lesson, NotebookNode(cells=[]), REAL)


def keep(lesson: Lesson, notebook: NotebookNode) -> None:
    """Records that what was measured holds for the present files, too. Raises ValueError if nothing was measured."""
    recorded, now = records(lesson), depends(lesson, notebook)
    if missing := sorted(now.keys() - recorded):
        raise ValueError(f"{lesson.name}: {', '.join(missing)} were never measured; "
                         f"`make measure LESSON={lesson.name}` measures")
    _write(lesson, {what: recorded[what] | {"files": files} for what, files in now.items()})


def complaint(lesson: Lesson, notebook: NotebookNode) -> str:
    """Says for a maintainer what is out of date, and what to do about it; empty if nothing is."""
    lines = [f"{lesson.name}: {what} were measured with other files: "
             f"{', '.join(changed[:6])}{' ...' * (len(changed) > 6)}"
             for what, changed in outdated(lesson, notebook).items()]
    if lines:
        lines.append(f"  `make measure LESSON={lesson.name}` measures again. If the change cannot matter, add KEEP=1, "
                     "and give the reason in your commit message")
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
    """Returns what the experiments on a page depend on."""
    code = [(pages.named(each) if isinstance(each, ast.ImportFrom) and each.names[0].name == "*" else each,
             cells.experiment(cell)) for cell in notebook.cells if cell.cell_type == "code"
            for each in ast.parse(cells.code([cell])).body]
    starts = [index for index, (_, experiment) in enumerate(code) if experiment]
    if not starts:
        return {}
    page = used([statement for statement, _ in code], starts)
    modules, strings = reach(lesson, _apart(lesson)).of_code(page)
    library, own = COURSE / LIBRARY, topic(lesson.topic).folder
    files = [path for path in library.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".md", ".js")
             and {path.name, path.parent.name} - {LIBRARY} & strings and (
                 FILES not in path.parents or path.parent == FILES / lesson.topic
                 and path.name != QUESTIONS and not (own / path.name).exists())]
    files += [path for path in own.glob("*.*") if path.suffix in (".safetensors", ".json") and path.name in strings]
    data = {path.relative_to(COURSE if library in path.parents else own.parent).as_posix():
            sha256(path.read_bytes()).hexdigest()[:12] for path in sorted(files) if path.name != FILE}
    return {PAGE: digest(page)} | modules | data | _of_others(beside(lesson.name, notebook))


def _apart(lesson: Lesson) -> tuple[str, ...]:
    return *APART, f"attention_lab.lessons.{lesson.topic}.pictures", "attention_lab.lessons.capstone.pictures"


def _real(lesson: Lesson, trains: str) -> Digests:
    """Returns what the runs on real pictures depend on: of the reference, only what the module `trains` imports, and
    what has a name that is a string in one of the modules."""
    files = topic(lesson.topic)
    reference = files.folder / "reference.py"
    besides = reach(lesson, (*_apart(lesson), f"{files.package}.reference"))
    modules, names = besides.of_code(ast.parse(f"import {trains}").body)
    code = ast.parse((ROOT / f"{trains.replace('.', '/')}.py").read_text(encoding="utf-8"))
    names |= {alias.name for node in ast.walk(code) if isinstance(node, ast.ImportFrom) for alias in node.names}
    body = ast.parse(reference.read_text(encoding="utf-8")).body
    cut = used(body, defining(body, names))
    return dict(sorted((modules | reach(lesson, _apart(lesson)).of_code(cut)[0] | {
        reference.relative_to(files.folder.parents[1]).as_posix(): digest(cut)}).items()))


def _of_others(notebooks: Iterable[Path]) -> Digests:
    """The exercises that other lessons' notebooks hold."""
    return {path.name: digest(statement for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
                              if cell["metadata"].get("nbgrader", {}).get("solution")
                              for statement in ast.parse("".join(cell["source"])).body) for path in notebooks}


def _write(lesson: Lesson, kept: dict[str, dict]) -> None:
    file = topic(lesson.topic).folder / FILE
    file.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
