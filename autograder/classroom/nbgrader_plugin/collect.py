"""`nbgrader collect` from an exchange, into which learners put what they like: links, pipes, 10,000 files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import parse_utc

from autograder.intake.folders import TooMuch, copy_folder
from autograder.outward import on_terminal

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
                self.log.error("Not collected: the folder %s has no name that `nbgrader submit` gives", on_terminal(record["filename"]))
        self.src_records = [record for record in self.src_records if not record["username"].startswith("/")]
        super().copy_files()

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """In the place of nbgrader's method: plain files alone. What is left out is in the log, and so is a folder that can't be copied."""
        name = on_terminal(Path(src).name)
        try:
            left_out = copy_folder(Path(src), Path(dest), self.coursedir.ignore)
        except (TooMuch, OSError) as problem:
            shutil.rmtree(dest, ignore_errors=True)
            self.log.error("Not collected: the folder %s %s", name, problem if isinstance(problem, TooMuch) else
                           f"can't be read ({problem.strerror})")
            return
        for each in left_out:
            self.log.warning("Left out of %s: %s", name, each)
