"""Keeps verdicts, so that nothing is judged twice. Each verdict is one private file, whose name is a digest of
everything that the verdict depends on."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.judge import private
from autograder.judge.depends import digest, unchanged, versions
from autograder.judge.judge import Judge, Result
from autograder.judge.packages import is_absent
from autograder.submission.notebook import Cell, ReleasedLesson

UNUSED = 200 * 86400  # seconds after which a verdict that nobody asked for is removed


def storable(result: Result) -> bool:
    """Says whether the verdict may be used again. It may not if something went wrong, or if time ran out, because the
    machine may have been busy."""
    return (not result.error and bool(result.verdicts) and not any(v.shown for v in result.verdicts.values())
            and not result.timed_out)


class Verdicts:
    """The verdicts of one judge that are kept in `folder`. It cannot find the verdicts of other judges."""

    def __init__(self, folder: Path, judge: Judge):
        self.folder = folder
        self.judge = [judge.device, judge.isolation, judge.seed]

    def key(self, cells: list[Cell], lesson: ReleasedLesson) -> str:
        """The name of the verdict on these cells. The seed is in it, but can't be read from it."""
        return digest([versions(lesson.topic), self.judge, asdict(lesson), [asdict(cell) for cell in cells]])

    def get(self, key: str) -> Result | None:
        """Returns the verdict. Returns None if it can't be read, or if a package that the submission lacked is now
        installed."""
        path = self.folder / f"{key}.json"
        try:
            content = json.loads(path.read_bytes())
            if content["digest"] != digest([key, content["result"]]):
                return None
            result = result_from(content["result"])
            if not all(map(is_absent, result.missing_modules)):
                return None  # a package was installed since
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            return None
        with suppress(OSError):
            os.utime(path)
        return result

    def put(self, key: str, result: Result) -> None:
        """Keeps a verdict that may be used again. Raises OSError if the folder can't be written to."""
        if not storable(result) or not unchanged():
            return
        content = asdict(result)
        with private.replacing(self.folder / f"{key}.json") as beside:
            beside.write_text(json.dumps({"digest": digest([key, content]), "result": content}), encoding="ascii")

    def tidy(self) -> None:
        """Removes verdicts that have not been used for a long time, and files that a killed process left behind."""
        with suppress(OSError):
            for path in self.folder.iterdir():
                if time.time() - path.stat().st_mtime > (UNUSED if path.suffix else 3600):
                    path.unlink()


def result_from(content: dict[str, Any]) -> Result:
    """Rebuilds a result from the output of `asdict`. Raises KeyError, TypeError or AttributeError if it is something
    else."""
    verdicts = {name: Verdict(**{**verdict, "checks": [Check(**check) for check in verdict["checks"]]})
                for name, verdict in content["verdicts"].items()}
    return Result(**{**content, "verdicts": verdicts})
