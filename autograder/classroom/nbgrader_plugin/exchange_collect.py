"""`nbgrader collect` from an exchange, into which learners put what they like: links, pipes, 10,000 files, somebody
else's name."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect, collect
from nbgrader.utils import parse_utc

from autograder.classroom.nbgrader_plugin import unfinished
from autograder.classroom.nbgrader_plugin.hand_in_time import time_in
from autograder.classroom.nbgrader_plugin.platforms import STUDENT
from autograder.intake.folders import TooMuch, copy_folder
from autograder.outward import on_terminal

UNNAMED = "has a name that `nbgrader submit` never gives"


class Collect(ExchangeCollect):
    """nbgrader's collector, which follows links, believes the name of a folder, and ends at the first that it cannot
    copy."""

    src_records: list[dict[str, Any]]  # nbgrader's
    check_owner: bool

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.owners: dict[str, int] = {}  # of the folders that are what their names say; see another_owner

    def _path_to_record(self, path: str) -> dict:
        """nbgrader's method, for which a folder with a name of one's own is the end. Such a one, and one in somebody
        else's name, is kept apart until copy_files: it is nobody's newest."""
        try:
            record = super()._path_to_record(path)
            why = "" if STUDENT.fullmatch(record["username"]) else UNNAMED
        except (ExchangeError, ValueError, OverflowError):
            record, why = {"username": "", "filename": Path(path).name, "timestamp": parse_utc("1970-01-01")}, UNNAMED
        owner, not_theirs = another_owner(Path(path), record["username"], self.check_owner)
        if why := why or not_theirs:  # no student has that name
            return {**record, "username": f"/{record['filename']}", "why": why}
        self.owners[record["filename"]] = owner
        return record

    def copy_files(self) -> None:
        """nbgrader's method."""
        for record in self.src_records:
            if "why" in record:
                self.log.error("Not collected: the folder %s %s", on_terminal(record["filename"]), record["why"])
        self.src_records = [record for record in self.src_records if "why" not in record]
        # We have looked at the owner. nbgrader would follow a link, and end at one that leads nowhere.
        self.check_owner = False
        # it goes when the newer one is there: see do_copy
        collect.shutil = SimpleNamespace(rmtree=lambda earlier: None)
        self.coursedir.get_existing_timestamp = time_or_none
        try:
            super().copy_files()
        finally:
            collect.shutil = shutil
            del self.coursedir.get_existing_timestamp

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """In the place of nbgrader's method: plain files alone. What is left out is in the log. So is a folder that
        can't be copied; the one that was collected earlier then stays."""
        name, place = on_terminal(Path(src).name), Path(dest)
        try:
            left_out = copy_folder(Path(src), unfinished.begin(place), self.coursedir.ignore,
                                   self.owners[Path(src).name])
            unfinished.finish(place)
        except (TooMuch, OSError) as problem:
            unfinished.give_up(place)
            why = problem if isinstance(problem, TooMuch) else f"can't be read ({problem.strerror})"
            self.log.error("Not collected: the folder %s %s%s", name, why,
                           "; the earlier one stays" if place.exists() else "")
            return
        for each in left_out:
            self.log.warning("Left out of %s: %s", name, each)


def time_or_none(folder: str) -> datetime | None:
    """When an earlier one was handed in; what is no time, which its learner may have written, ends nobody's
    collecting."""
    try:
        return time_in(Path(folder))
    except ValueError:
        return None


def another_owner(folder: Path, student: str, check_owner: bool) -> tuple[int, str]:
    """The owner of a folder of the exchange, and why it is not what `student` handed in: it belongs to the account of
    somebody else.

    Where neither of them has an account, or all share the collector's (a hub whose containers all run as one), the
    folder's name is all there is, and it is believed.

    check_owner: nbgrader's setting; without it, every name that is no account is believed.
    """
    account = account_of(student)
    try:
        owner = os.lstat(folder).st_uid
    except OSError as error:
        return -1, f"can't be read ({error.strerror})"
    if account is not None:
        return owner, "" if owner == account else f"is in the name of {student}, but does not belong to them"
    name = name_of(owner) if check_owner and owner != os.geteuid() else None
    return owner, (f"is in the name of {student}, who has no account here, but belongs to {name} (if everybody's "
                   f"containers run as {name}, set c.ExchangeCollect.check_owner = False)") if name else ""


def account_of(student: str) -> int | None:
    """The number of the account with this name on this machine; None where there is none."""
    try:
        import pwd
    except ImportError:  # Windows
        return None
    try:
        return pwd.getpwnam(student).pw_uid
    except KeyError:
        return None


def name_of(account: int) -> str | None:
    """The name of the account with this number on this machine; None where there is none."""
    import pwd

    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return None
