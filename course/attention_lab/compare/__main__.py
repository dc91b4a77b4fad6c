"""`python -m attention_lab.compare WHAT [--as MODULE]`: see `--help`."""

from __future__ import annotations

import argparse
import importlib
import json
import re
import runpy
import sys
import traceback
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from . import Comparison, compare, names

HELP = """Is this attention module the published one?
WHAT is file.py:Class, package.module:Class, or a folder, in which every class is asked that looks like an attention
module. The exit status is 0 if each is the same or follows another convention, 1 if one computes something else or
fails, and 2 if one could not be asked."""
DEEP = 4  # packages around a file
LIKELY = re.compile(r"att|(?-i:^SE(?![a-z]))|se_?(layer|block|module)|squeeze|gate|cbam|bam|psa|msa|eca|scconv|coord",
                    re.IGNORECASE)


class NotAsked(Exception):
    """Something could not be asked; says why."""


def loaded(where: str) -> dict[str, Any]:
    """Returns what a file or a module defines. Raises NotAsked for whatever stops it."""
    path = Path(where)
    if path.suffix != ".py":
        sys.path.insert(0, str(Path.cwd()))
    else:
        sys.path.insert(0, str(path.resolve().parent))
    for _ in range(DEEP):
        try:
            return runpy.run_path(where) if path.suffix == ".py" else vars(importlib.import_module(where))
        except ImportError as error:
            if "relative import" in str(error):
                break
            above = next((up for up in path.resolve().parents[:DEEP] if error.name and path.suffix == ".py"
                          and (up / error.name.partition(".")[0]).is_dir() and str(up) not in sys.path), None)
            if not above:
                raise NotAsked(f"{where} stops: {short(error)}") from error
            sys.path.insert(0, str(above))  # it imports its own package by name
        except (Exception, SystemExit) as error:  # their code may raise anything
            raise NotAsked(f"{where} stops: {short(error)}") from error
    try:
        return vars(importlib.import_module(_within_packages(path.resolve())))
    except (Exception, SystemExit) as error:
        raise NotAsked(f"{where} stops: {short(error)}") from error


def _within_packages(path: Path) -> str:
    """Returns the dotted name under which a file may import its neighbours. The packages around it are made without
    their `__init__`, which often imports much that the file does not need."""
    folders = list(takewhile(lambda folder: folder.name.isidentifier(), path.parents))[:DEEP][::-1]
    for number, folder in enumerate(folders, start=1):
        name = ".".join(each.name for each in folders[:number])
        package = sys.modules.setdefault(name, ModuleType(name))
        package.__path__ = [str(folder)]
    return ".".join([*(each.name for each in folders), path.stem])


def short(error: BaseException) -> str:
    """Returns an error with the last line of code that raised it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "runpy" not in frame.filename
              and "importlib" not in frame.filename and frame.filename != __file__]
    line = f"\n  {Path(frames[-1].filename).name}, line {frames[-1].lineno}: {frames[-1].line}" if frames else ""
    return f"{type(error).__name__}: {error}{line}"


def asked(what: str, name: str) -> Comparison:
    """Compares file.py:Class or package.module:Class. Raises NotAsked."""
    where, _, attribute = what.rpartition(":")
    if not where:
        raise NotAsked(f"{what} names no class: give file.py:Class or package.module:Class")
    space = loaded(where)
    if attribute not in space:
        classes = [key for key, value in space.items() if isinstance(value, type) and issubclass(value, nn.Module)]
        raise NotAsked(f"{where} defines no {attribute}" + (f"; it has {', '.join(classes)}" if classes else ""))
    return _compared(space[attribute], name)


def _compared(thing: Callable, name: str) -> Comparison:
    try:
        return compare(thing, name)
    except Exception as error:  # so that no traceback of ours or theirs is all that is said
        raise NotAsked(str(error) if isinstance(error, (TypeError, ValueError)) else short(error)) from error


def in_folder(folder: Path, name: str) -> list[tuple[str, Comparison | str]]:
    """Compares each class in a folder that looks like an attention module; where it can't be asked, says why."""
    found: list[tuple[str, Comparison | str]] = []
    for file in sorted(folder.rglob("*.py")):
        classes = re.findall(r"^class (\w+)\(.*Module\b", file.read_text(encoding="utf-8", errors="replace"), re.M)
        for each in filter(LIKELY.search, classes):
            try:
                found.append((f"{file}:{each}", asked(f"{file}:{each}", name)))
            except NotAsked as error:
                found.append((f"{file}:{each}", str(error)))
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m attention_lab.compare", description=HELP)
    parser.add_argument("what", metavar="WHAT")
    parser.add_argument("--as", dest="name", default="", choices=["", *names()], metavar="MODULE",
                        help=f"one of {', '.join(names())}; without it, the nearest")
    parser.add_argument("--json", action="store_true", help="prints one line of JSON for each class")
    parser.add_argument("--keys", action="store_true", help="prints {published name: yours} of the weights")
    options = parser.parse_args(arguments)
    if Path(options.what).is_dir():
        found = in_folder(Path(options.what), options.name)
    else:
        try:
            found = [(options.what, asked(options.what, options.name))]
        except NotAsked as error:
            found = [(options.what, str(error))]
    for what, result in found:
        show(what, result, options, len(found) > 1 or Path(options.what).is_dir())
    if not found:
        print(f"{options.what} holds no class that looks like an attention module", file=sys.stderr)
    worst = [2 if isinstance(result, str) else int(result.answer not in ("same", "convention")) for _, result in found]
    return max(worst, default=2)


def show(what: str, result: Comparison | str, options: argparse.Namespace, short: bool) -> None:
    if options.json:
        print(json.dumps({"what": what, "answer": "not asked", "lines": [result]} if isinstance(result, str) else
                         {"what": what, "module": result.name, "answer": result.answer, "lines": result.lines,
                          "keys": result.keys}))
    elif isinstance(result, str):
        print(f"{what}: {result}" if short else result, file=sys.stderr)
    elif short:
        print(f"{what}: {' '.join(result.lines[:2])}")
    else:
        print(result)
    if options.keys and not options.json and isinstance(result, Comparison):
        print(json.dumps(result.keys, indent=4))


if __name__ == "__main__":
    sys.exit(main())
