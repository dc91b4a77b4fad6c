"""`nbgrader zip_collect`: copies a platform's download to each student's folder, by the rule of the platform that the
instructor names.

nbgrader reads its configuration after its command line. So an option that is added here cannot have a short name:
`nbgrader zip_collect LESSON --Download.platform=moodle`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import find_all_notebooks
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Unicode

from autograder.classroom import participants
from autograder.classroom.nbgrader_plugin.handed_in import NOT_THEIRS
from autograder.classroom.nbgrader_plugin.platforms import RULES, Claim, Doubt, Names, place, with_ids, without_doubles
from autograder.classroom.roster import NAME, enrol
from autograder.classroom.rules import zone_of
from autograder.classroom.times import Unread, utc_of
from autograder.intake.archives import CLASS, LEARNER, Unpacking, unpacked_name
from autograder.intake.aside import LIST, Aside
from autograder.intake.folders import TooMuch
from autograder.intake.plain_file import read_plain
from autograder.outward import on_terminal

ASIDE = "aside"  # beside nbgrader's `archive` and `extracted`
NO_ROSTER = (f"Nobody's work is collected. Moodle's numbers are other ones in each assignment, so {NAME} must say "
             "which id belongs to a name all term. Save Moodle's participants list or a grading worksheet there, and "
             "run the same command again")


class Unpack(ExtractorPlugin):
    """Replaces nbgrader's plug-in, which follows links, has no bounds, and stops at the first odd archive.

    archives: the folders below `extracted` into which each archive was unpacked.
    aside: the files that could not be unpacked.
    """

    archives: set[str]
    aside: Aside

    def __init__(self, **options: Any):
        super().__init__(**options)
        app = self.parent
        # what an earlier run unpacked is in the archives still, and without --force nbgrader would refuse to run again
        if os.path.isdir(app._format_collect_path(app.archive_directory)):
            shutil.rmtree(app._format_collect_path(app.extracted_directory), ignore_errors=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Overrides nbgrader's method."""
        self.archives, self.aside = set(), Aside(Path(extracted_path).parent / ASIDE, self.log)
        unpacking = Unpacking(tuple(self.parent.collector_plugin_inst.valid_ext), self.aside)
        for folder, _, names in os.walk(archive_path):
            into = Path(extracted_path, os.path.relpath(folder, archive_path))
            whole = folder == archive_path
            for name in sorted(names):
                if unpacking.add(Path(folder, name), into, CLASS if whole else LEARNER) and whole:
                    self.archives.add(unpacked_name(name))


class Download(FileNameCollectorPlugin):
    """nbgrader's collector, which here looks at all files of a download together before nbgrader takes the first one.
    """

    platform = Unicode("", help=f"The platform that the download is from: {', '.join(RULES)}.").tag(config=True)
    title = Unicode("", help="On Blackboard: the assignment's title, if it holds an underscore.").tag(config=True)

    def __init__(self, **options: Any):
        super().__init__(**options)
        self._claims: dict[str, Claim | Doubt] | None = None
        if not self.named_regexp and self.platform not in RULES:
            self.parent.fail("Say which platform the files are from, because each has a rule of its own for names: "
                             "--Download.platform=%s", "|".join(RULES))
        try:
            self.roster = enrol(self.parent.coursedir)
        except (ValueError, SQLAlchemyError) as error:
            self.parent.fail("Nothing is collected: %s", on_terminal(str(error).splitlines()[0]))

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """Overrides nbgrader's method: returns whose file it is, or None."""
        if self._claims is None:
            self._claims = self._decide()
        claim = self._claims.get(submitted_file)
        if not isinstance(claim, Claim):
            return None
        file = claim.notebook + os.path.splitext(submitted_file)[1]  # nbgrader takes an ending off
        # A text would be read by nbgrader, which knows no zones. Without a zone, the time stays in the course's.
        time = {"timestamp": datetime.fromisoformat(claim.time)} if claim.time else {}
        return {"student_id": claim.student, "file_id": file, **time}

    def _decide(self) -> dict[str, Claim | Doubt]:
        """Finds out whose file each one is. A file that is nobody's is moved aside."""
        app, unpack = self.parent, self.parent.extractor_plugin_inst
        home = Path(app._format_collect_path(app.extracted_directory))
        paths = [PurePosixPath(path.relative_to(home).as_posix()) for path in sorted(home.rglob("*"))
                 if path.suffix in self.valid_ext and path.is_file()]
        names = Names(self._lesson_notebooks(), frozenset(unpack.archives), self.title, self.roster)
        if self.named_regexp:
            owners = with_ids({path: self._by_own_pattern(str(home / path)) for path in paths}, names)
        else:
            owners = place(self.platform, paths, names)
        self._keep_numbers(owners.values())
        owners = without_doubles(owners)
        again = {path for path, claim in owners.items() if self._collected_before(home / path, claim)}
        owners = {path: self._free(claim) for path, claim in owners.items() if path not in again}
        if again:
            self.log.warning("%d files are skipped, because they were collected before and are the same", len(again))
        for path, claim in owners.items():
            if isinstance(claim, Doubt):
                unpack.aside.take(home / path, str(path), claim.why)
        if unpack.aside.many:
            self.log.warning("%d files could not be placed: %s lists them", unpack.aside.many, unpack.aside.home / LIST)
        if not self.roster and any(isinstance(each, Doubt) and NAME in each.why for each in owners.values()):
            self.parent.fail(NO_ROSTER)
        return {str(home / path): claim for path, claim in owners.items()}

    def _keep_numbers(self, owners: Iterable[Claim | Doubt]) -> None:
        """Keeps Moodle's numbers in this assignment, for the marks and pages that go back to it."""
        coursedir = self.parent.coursedir
        claims = [claim for claim in owners if isinstance(claim, Claim) and claim.number]
        if claims:
            participants.keep(Path(coursedir.root), coursedir.assignment_id,
                              {claim.student: participants.Participant(claim.number, claim.name) for claim in claims})

    def _lesson_notebooks(self) -> frozenset[str]:
        """The names of the lesson's notebooks."""
        coursedir = self.parent.coursedir
        folder = coursedir.format_path(coursedir.release_directory, ".", coursedir.assignment_id)
        return frozenset(name.removesuffix(".ipynb") for name in find_all_notebooks(folder))

    def _by_own_pattern(self, path: str) -> Claim | Doubt:
        """Finds out whose file it is by the instructor's `named_regexp`."""
        groups = super()._match(path)
        if not groups or not groups.get("student_id") or not groups.get("file_id"):
            return Doubt("the pattern does not fit it")
        try:
            zone = zone_of(Path(self.parent.coursedir.root))
            time = utc_of(groups["timestamp"], zone).replace(tzinfo=UTC) if groups.get("timestamp") else ""
        except Unread as unread:
            return Doubt(f"its time {unread}")
        return Claim(groups["student_id"], os.path.splitext(groups["file_id"])[0], str(time))

    def _collected_before(self, file: Path, claim: Claim | Doubt) -> bool:
        """Says whether the student's folder holds this very file."""
        if isinstance(claim, Doubt):
            return False
        try:
            return read_plain(self._folder(claim) / f"{claim.notebook}{file.suffix}") == read_plain(file)
        except (OSError, TooMuch):
            return False

    def _folder(self, claim: Claim) -> Path:
        coursedir = self.parent.coursedir
        return Path(coursedir.format_path(coursedir.submitted_directory, claim.student, coursedir.assignment_id))

    def _free(self, claim: Claim | Doubt) -> Claim | Doubt:
        """Returns a Doubt if the student's folder is not empty. nbgrader would stop there, unless it is told to clear
        the folder."""
        if isinstance(claim, Doubt):
            return claim
        folder = self._folder(claim)
        if self.parent.force:
            if not claim.time and (folder / NOT_THEIRS).exists():
                self.log.warning("%s: %s is removed, because it is about the earlier file. If the new one is late, "
                                 "write it again", on_terminal(claim.student), NOT_THEIRS)
            return claim
        taken = folder.is_dir() and any(folder.iterdir())
        return Doubt(f"{claim.student} has files in {folder} already, which --force would replace") if taken else claim
