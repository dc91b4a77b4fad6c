"""`autograder backup`: one file with everything of a class that can't be made again.

That is the gradebook, the class's seed, its settings, its own lessons, the submissions, and their graded copies.
Feedback pages, exports, caches and releases can be made again by their commands.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import tarfile
import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from rich.console import Console
from sqlalchemy.engine import URL, make_url

from autograder.classroom.class_files import EVERYTHING, OWN_LESSONS, ClassFiles, class_files
from autograder.classroom.course import course_app
from autograder.intake.folders import CHUNK, TooMuch
from autograder.intake.plain_file import open_plain
from autograder.lessons.course import own_lessons
from autograder.outward import named
from autograder.terminal import say

MANIFEST, SQLITE, POSTGRESQL, FILES = "backup.json", "gradebook.db", "gradebook.sql", "files"
IN_MEMORY = 8 << 20  # bytes of a file that is being copied
SHOWN = 20  # lines about what is left out


def backup(path: Path, console: Console) -> int:
    """Writes the class of this folder to a new file, a gzipped tar archive. Returns the command's exit status.

    What a submission holds is bounded as it is when it is graded. What is left out is listed at the end.

    Raises ValueError if the file exists already, or if the gradebook is neither SQLite nor PostgreSQL.
    """
    if os.path.lexists(path):
        raise ValueError(f"{path} exists already: a backup never replaces another one")
    app = course_app("backup")
    root, url, found = Path(app.coursedir.root), make_url(app.coursedir.db_url), class_files(app.coursedir)
    # Only its owner can read it, because it holds the seed.
    descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with (tempfile.TemporaryDirectory() as scratch, open(descriptor, "wb") as file,
              tarfile.open(fileobj=file, mode="w:gz") as archive):
            gradebook = _copy_of_gradebook(url, Path(scratch))
            said = {"course": app.coursedir.course_id, "made": f"{datetime.now():%Y-%m-%d %H:%M}",
                    "gradebook": gradebook.name,
                    "attention_lab": version("attention-lab")}
            manifest = Path(scratch) / MANIFEST
            manifest.write_text(json.dumps(said, indent=1), encoding="utf-8")
            for own in (manifest, gradebook):
                try:
                    archive.addfile(*_copied(own, own.name, EVERYTHING.largest))
                except TooMuch as error:
                    raise ValueError(f"the gradebook {error}: keep a copy of it yourself") from None
            files = _add_files(archive, found, root)
        os.link(beside, path)  # never over another one
    finally:
        os.unlink(beside)
    say(console, f"{path} holds the gradebook and {files} files ({path.stat().st_size / 2**20:.1f} MiB). It holds the "
                  "class's seed, so keep it where your class can't read it.")
    for lesson in own_lessons():
        if not Path(lesson.folder).resolve().is_relative_to((root / OWN_LESSONS).resolve()):
            say(console, f"left out, because it is in another folder: {lesson.name}. Keep a copy of {lesson.folder} "
                          "too.")
    submitted = root / app.coursedir.submitted_directory
    left_out = sorted(found.left_out, key=lambda each: each[0].is_relative_to(submitted))  # submissions last
    for each, why in left_out[:SHOWN]:
        say(console, f"left out, because {why}: {named(each.relative_to(root))}")
    if left_out:
        named_above = f"the first {SHOWN} of them named above" if len(left_out) > SHOWN else "named above"
        say(console, f"Not everything is in this backup: {len(left_out):,} left out, {named_above}.")
    return 0


def _add_files(archive: tarfile.TarFile, found: ClassFiles, root: Path) -> int:
    """Adds the files of a class. Returns how many. What can't be read, or is too much, goes to what is left out."""
    files = taken = 0
    for path, most in found.files.items():
        try:
            entry, copy = _copied(path, f"{FILES}/{path.relative_to(root).as_posix()}", most)
        except (OSError, TooMuch) as error:
            found.left_out.append((path, f"it can't be read ({error.strerror or error})" if isinstance(error, OSError)
                                   else f"it {error}"))
            continue
        with copy:
            if files == EVERYTHING.entries or taken + entry.size > EVERYTHING.bytes:
                found.left_out.append((path, f"a backup holds at most {EVERYTHING.entries:,} files and "
                                             f"{EVERYTHING.bytes:,} bytes"))
                continue
            archive.addfile(entry, copy)
            files, taken = files + 1, taken + entry.size
    return files


def _copied(path: Path, name: str, most: int) -> tuple[tarfile.TarInfo, IO[bytes]]:
    """Returns a plain file as an entry of the archive, and its content. It is read to its end first, because it may
    change meanwhile. Raises OSError if it can't be read, TooMuch if it has more than `most` bytes."""
    copy = tempfile.SpooledTemporaryFile(IN_MEMORY)
    with open_plain(path) as file:
        while data := file.read(CHUNK):
            if copy.tell() + len(data) > most:
                raise TooMuch(f"has more than {most:,} bytes")
            copy.write(data)
        entry, about = tarfile.TarInfo(name), os.fstat(file.fileno())
    entry.size, entry.mode, entry.mtime = copy.tell(), about.st_mode & 0o7777, about.st_mtime
    copy.seek(0)
    return entry, copy


def _copy_of_gradebook(url: URL, into: Path) -> Path:
    """Copies the gradebook as it is at one moment, even if somebody is grading meanwhile."""
    if url.get_backend_name() == "sqlite":
        if not Path(url.database or "").exists():
            raise ValueError(f"there is no gradebook yet: {url.database}")
        with sqlite3.connect(f"file:{url.database}?mode=ro",
                             uri=True) as source, sqlite3.connect(into / SQLITE) as copy:
            source.backup(copy)
        return into / SQLITE
    postgresql("pg_dump", url, "--no-owner", "--no-privileges", f"--file={into / POSTGRESQL}")
    return into / POSTGRESQL


def postgresql(tool: str, url: URL, *options: str) -> None:
    """Runs one of PostgreSQL's own tools. The password is passed in the environment, where other accounts can't see it.
    """
    if url.get_backend_name() != "postgresql":
        raise ValueError("only gradebooks on SQLite and PostgreSQL can be backed up, not "
                         f"{url.render_as_string(hide_password=True)}")
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    try:
        run = subprocess.run([tool, *options, address], env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        raise ValueError(
            f"{tool} is not installed: it comes with PostgreSQL's client (apt install postgresql-client)"
        ) from None
    if run.returncode:
        raise ValueError(f"{tool}: {run.stderr.strip()[-500:]}")
