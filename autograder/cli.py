"""`autograder check | audit | doctor`."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from rich.console import Console

from . import notebook
from .isolation import ISOLATIONS, NoWalls
from .judge import DEVICES, Judge, Result
from .reading import Unreadable, read
from .report import as_json, show


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with its status."""
    parser = argparse.ArgumentParser(prog="autograder", description="Grades the course's notebooks, and looks after its graders.")
    commands = parser.add_subparsers(dest="command", required=True)

    check = commands.add_parser("check", help="grade notebooks without a gradebook",
                                description="Exit status 0: full marks for all; 1: not; 2: a notebook could not be read.")
    check.add_argument("notebooks", nargs="+", metavar="NOTEBOOK")
    check.add_argument("--json", metavar="PATH", help="one line of JSON a notebook; -: to standard output, and nothing else there")
    check.add_argument("--jobs", type=_positive, default=1, metavar="N", help="notebooks graded side by side")
    check.add_argument("--isolation", choices=ISOLATIONS, default="auto", help="none: without walls, for notebooks whose authors you trust")
    check.add_argument("--device", choices=DEVICES, default="auto", help="where the device check is made")
    check.add_argument("--solution-from", type=Path, metavar="NOTEBOOK", help="take exercises that are absent or as released from this one")
    check.set_defaults(run=_check)

    audit = commands.add_parser("audit", help="try the graders on everything that is known to be right or wrong")
    audit.add_argument("lessons", nargs="*", metavar="LESSON", help="without any: all")
    audit.add_argument("--json", metavar="PATH", help="one line of JSON a lesson; -: to standard output, and nothing else there")
    audit.set_defaults(run=_audit)

    doctor = commands.add_parser("doctor", help="what works here, what is missing, how to get it")
    doctor.set_defaults(run=_doctor)

    options = parser.parse_args(arguments)
    try:
        sys.exit(options.run(options))
    except (ValueError, OSError, NoWalls) as error:
        parser.error(str(error))


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of at least 1")
    return int(text)


def _check(options: argparse.Namespace) -> int:
    solved = read(options.solution_from) if options.solution_from else None
    console = Console(stderr=options.json == "-")
    lines, status = [], 0
    for name, result in zip(options.notebooks, _graded(options, solved)):
        show(console, name, result)
        lines.append(as_json(name, result))
        failed = 2 if result.error else 1 if result.points < result.max_points else 0
        status = max(status, failed)
    _write_json(options.json, lines)
    return status


def _graded(options: argparse.Namespace, solved: NotebookNode | None) -> Iterator[Result]:
    settings = (options.isolation, options.device)
    if options.jobs == 1:
        with Judge(*settings) as judge:
            for name in options.notebooks:
                yield _one(judge, Path(name), solved)
        return
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("spawn"), _begin, (settings,)) as pool:
        yield from pool.map(_one_of_many, map(Path, options.notebooks), [solved] * len(options.notebooks))


def _one(judge: Judge, path: Path, solved: NotebookNode | None) -> Result:
    try:
        return judge.grade(read(path), solved=solved)
    except Unreadable as error:
        return Result(None, judge.isolation, judge.device, error=str(error))


_judge: Judge | None = None  # of a process that grades a share of the notebooks


def _begin(settings: tuple[str, str]) -> None:
    global _judge
    _judge = Judge(*settings)
    Finalize(_judge, _judge.close, exitpriority=10)  # a pool's processes run no atexit


def _one_of_many(path: Path, solved: NotebookNode | None) -> Result:
    return _one(_judge, path, solved)


def _audit(options: argparse.Namespace) -> int:
    from .audit import audit  # imports every mistake and reference

    known = [lesson.name for lesson in notebook.lessons()]
    for name in options.lessons:
        notebook.lesson(name)
    console = Console(stderr=options.json == "-")
    found = [audit(name) for name in options.lessons or known]
    for each in found:
        console.print(each)
    _write_json(options.json, [each.as_json() for each in found])
    return int(any(each.failed for each in found))


def _doctor(_options: argparse.Namespace) -> int:
    from .doctor import examine

    return examine(Console())


def _write_json(target: str | None, lines: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if target == "-":
        sys.stdout.write(text)
    elif target:
        Path(target).write_text(text, encoding="utf-8")
