"""`nbgrader collect` from an exchange, into which learners put what they like: links, pipes, 10,000 files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect, collect
from nbgrader.utils import parse_utc

from autograder.classroom.nbgrader_plugin import unfinished
from autograder.intake.folders import TooMuch, copy_folder
from autograder.submission.parse import printable

STUDENT = re.compile(r"(?!\.+$)[\w.@+-]+")  # an id that names a folder of its own below `submitted`


class Collect(ExchangeCollect):
    """nbgrader's collector, which follows links and stops everybody's collecting at the first folder that it cannot copy."""

    def _path_to_record(self, path: str) -> dict:
        """nbgrader's method, for which a folder with a name of one's own is the end. Such a one is kept apart until copy_files."""
        try:
            record = super()._path_to_record(path)
        except (ExchangeError, ValueError, OverflowError):
            record = {"username": "", "filename": Path(path).name, "timestamp": parse_utc("1970-01-01")}
        return record if STUDENT.fullmatch(record["username"]) else {**record, "username": f"/{record['filename']}"}  # no student has it

    def copy_files(self) -> None:
        """nbgrader's method."""
        for record in self.src_records:
            if record["username"].startswith("/"):
                self.log.error("Not collected: the folder %s has no name that `nbgrader submit` gives", printable(record["filename"]))
        self.src_records = [record for record in self.src_records if not record["username"].startswith("/")]
        collect.shutil = SimpleNamespace(rmtree=lambda earlier: None)  # it goes when the newer one is there: see do_copy
        try:
            super().copy_files()
        finally:
            collect.shutil = shutil

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """In the place of nbgrader's method: plain files alone. What is left out is in the log. So is a folder that can't be copied; the
        one that was collected earlier then stays."""
        name, place = printable(Path(src).name), Path(dest)
        try:
            left_out = copy_folder(Path(src), unfinished.begin(place), self.coursedir.ignore)
            unfinished.finish(place)
        except (TooMuch, OSError) as problem:
            unfinished.give_up(place)
            why = problem if isinstance(problem, TooMuch) else f"can't be read ({problem.strerror})"
            self.log.error("Not collected: the folder %s %s%s", name, why, "; the earlier one stays" if place.exists() else "")
            return
        for each in left_out:
            self.log.warning("Left out of %s: %s", name, each)
