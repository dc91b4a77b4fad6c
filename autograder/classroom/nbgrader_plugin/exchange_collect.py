"""Makes `nbgrader collect` safe. Learners can put anything into an exchange: links, pipes, 10,000 files, or a folder
with somebody else's name."""

from __future__ import annotations

import glob
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect, collect
from nbgrader.utils import parse_utc

from autograder.classroom.nbgrader_plugin import unfinished
from autograder.classroom.nbgrader_plugin.platforms import STUDENT
from autograder.classroom.nbgrader_plugin.student_folders import is_pattern
from autograder.intake.folders import TooMuch, copy_folder
from autograder.outward import on_terminal

UNNAMED = "has a name that `nbgrader submit` never gives"


class Collect(ExchangeCollect):
    """Collects from an exchange. nbgrader's own collector follows links, believes the name of a folder, and stops at
    the first folder that it cannot copy."""

    src_records: list[dict[str, Any]]  # nbgrader's
    check_owner: bool

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.owners: dict[str, int] = {}  # of each folder that has its owner's name, see another_owner

    def init_src(self) -> None:
        """Overrides nbgrader's method, which takes ids and paths for patterns."""
        who, lesson = self.coursedir.student_id, self.coursedir.assignment_id
        names = f"{who if is_pattern(who) else glob.escape(who)}+{glob.escape(lesson)}+*"
        collect.glob = SimpleNamespace(glob=lambda _: glob.glob(f"{glob.escape(self.inbound_path)}/{names}"))
        try:
            super().init_src()
        finally:
            collect.glob = glob

    def _path_to_record(self, path: str) -> dict:
        """Overrides nbgrader's method, which stops with an error at a folder whose name it does not expect. Here such a
        folder, and a folder in somebody else's name, is set apart until copy_files reports it. So it never counts as
        anybody's newest submission."""
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
        """Overrides nbgrader's method."""
        for record in self.src_records:
            if "why" in record:
                self.log.error("Not collected: the folder %s %s", on_terminal(record["filename"]), record["why"])
        self.src_records = [record for record in self.src_records if "why" not in record]
        # The owners are already checked. nbgrader would follow a link, and stop at one that leads nowhere.
        self.check_owner = False
        # it goes when the newer one is there: see do_copy
        collect.shutil = SimpleNamespace(rmtree=lambda earlier: None)
        try:
            super().copy_files()
        finally:
            collect.shutil = shutil

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Replaces nbgrader's method, and copies only plain files. Everything that is left out is listed in the log. If
        a folder can't be copied, that is logged too, and the folder that was collected earlier stays."""
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


def another_owner(folder: Path, student: str, check_owner: bool) -> tuple[int, str]:
    """Returns the owner of a folder of the exchange, and why `student` did not hand the folder in: it belongs to the
    account of somebody else. The reason is empty if there is none.

    If `student` has no account and the folder belongs to no account or to the collector's, the name of the folder is
    all that is known, and it is believed. That is so on a hub whose containers all run under one account.

    check_owner: nbgrader's setting. Without it, every name that is not an account is believed.
    """
    account = account_of(student)
    try:
        owner = os.lstat(folder).st_uid
    except OSError as error:
        return -1, f"can't be read ({error.strerror})"
    if account is not None:
        return owner, "" if owner == account else f"has the name of {student}, but belongs to another account"
    name = name_of(owner) if check_owner and owner != os.geteuid() else None
    return owner, (f"has the name of {student}, who has no account here, but belongs to {name}. If everybody's "
                   f"containers run as {name}, set c.ExchangeCollect.check_owner = False") if name else ""


def account_of(student: str) -> int | None:
    """Returns the number of the account with this name on this machine; None if there is none."""
    try:
        import pwd
    except ImportError:  # Windows
        return None
    try:
        return pwd.getpwnam(student).pw_uid
    except KeyError:
        return None


def name_of(account: int) -> str | None:
    """Returns the name of the account with this number on this machine; None if there is none."""
    import pwd

    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return None
