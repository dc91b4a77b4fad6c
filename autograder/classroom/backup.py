"""`autograder backup` and `autograder restore`: one file with everything of a class that can't be made again.

That is the gradebook, the class's seed, its settings, its own lessons, the submissions, and their graded copies.
Feedback pages, exports, caches and releases can be made again by their commands.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from nbgrader.apps import AutogradeApp
from rich.console import Console
from rich.text import Text
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url

from autograder.classroom import participants, roster, rules
from autograder.classroom.course import course_app
from autograder.intake.plain_file import open_plain
from autograder.judge import seed
from autograder.lessons.course import own_lessons
from autograder.outward import command, on_terminal

MANIFEST, SQLITE, POSTGRESQL, FILES = "backup.json", "gradebook.db", "gradebook.sql", "files"
SETTINGS = "work/nbgrader_config.py"
OWN = [SETTINGS, rules.NAME, roster.NAME, participants.NAME, "work/lessons.toml"]  # what a class's instructor wrote
OWN_LESSONS = "work/lessons"  # where `autograder new` makes lessons


def backup(path: Path, console: Console) -> int:
    """Writes the class of this folder to a new file, a gzipped tar archive. Returns the command's exit status.

    Raises ValueError if the file exists already, or if the gradebook is neither SQLite nor PostgreSQL.
    """
    if path.exists():
        raise ValueError(f"{path} exists already: a backup never replaces another one")
    app = course_app("backup")
    root, url = Path(app.coursedir.root), make_url(app.coursedir.db_url)
    beside, left_out, files = path.with_name(f"{path.name}.new"), [], 0
    try:
        with tempfile.TemporaryDirectory() as scratch, tarfile.open(beside, "x:gz") as archive:
            os.chmod(beside, 0o600)  # it holds the seed, and everybody's marks
            gradebook = _copy_of_gradebook(url, Path(scratch))
            said = {"course": app.coursedir.course_id, "made": f"{datetime.now():%Y-%m-%d %H:%M}",
                    "gradebook": gradebook.name,
                    "attention_lab": version("attention-lab")}
            about = tarfile.TarInfo(MANIFEST)
            content = json.dumps(said, indent=1).encode()
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
            archive.add(gradebook, gradebook.name)
            for file in _own_files(app):
                name = file.relative_to(root).as_posix()
                try:
                    with open_plain(file) as opened:
                        entry = archive.gettarinfo(arcname=f"{FILES}/{name}", fileobj=opened)
                        entry.uid = entry.gid = 0
                        entry.uname = entry.gname = ""
                        archive.addfile(entry, opened)
                        files += 1
                except OSError:
                    left_out.append(name)
        os.link(beside, path)  # never over another one
    finally:
        beside.unlink(missing_ok=True)
    console.print(Text(on_terminal(f"{path} holds the gradebook and {files} files "
                                   f"({path.stat().st_size / 2**20:.1f} MiB). It holds the class's seed, so keep it "
                                   "where your class can't read it.")),
                                   soft_wrap=True)
    for name in left_out:
        console.print(Text(on_terminal(f"left out, because it is not a plain file: {name}")), soft_wrap=True)
    for lesson in own_lessons():
        if not Path(lesson.folder).resolve().is_relative_to((root / OWN_LESSONS).resolve()):
            console.print(Text(on_terminal(f"left out, because it is in another folder: {lesson.name}. Keep a copy of "
                                           f"{lesson.folder} too.")), soft_wrap=True)
    return 0


def restore(path: Path, console: Console) -> int:
    """Puts a backup into the course of this folder, which must not hold a class yet. Returns the command's exit status.

    Raises ValueError if the file is not a backup, if the folder holds a class, or if its gradebook would be of another
    kind.
    """
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with tarfile.open(path, "r:gz") as archive:
                archive.extractall(scratch, filter="data")
            said = json.loads((Path(scratch) / MANIFEST).read_text(encoding="utf-8"))
            gradebook = Path(scratch) / (POSTGRESQL if said["gradebook"] == POSTGRESQL else SQLITE)
            made, by = str(said["made"]), str(said["attention_lab"])
        except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"{path} is not a backup of a class: {error}") from error
        app = course_app("restore")
        root, files = Path(app.coursedir.root), Path(scratch) / FILES
        if there := [str(file.relative_to(root)) for file in _own_files(app)]:
            raise ValueError("this folder holds a class already "
                             f"({', '.join(there[:3])}{', ...' if there[3:] else ''}). Restore into a fresh clone, or "
                             "move these away")
        shutil.copytree(files, root, dirs_exist_ok=True) if files.exists() else None
        # its settings may be among the files
        _put_gradebook(gradebook, make_url(course_app("restore").coursedir.db_url))
    console.print(Text(on_terminal(f"Restored the class that was saved on {made} with attention_lab {by}. Here, "
                                   f"attention_lab is {version('attention-lab')}. Next, run "
                                   "`.venv/bin/autograder doctor`, then `.venv/bin/autograder feedback LESSON` for the "
                                   "pages.")),
                  soft_wrap=True)
    for lesson in own_lessons():
        if not Path(lesson.folder).is_dir():
            build = command(".venv/bin/python", "-m", "builder", lesson.name)
            console.print(Text(on_terminal(f"{lesson.name}: work/lessons.toml says that this lesson is in "
                                           f"{lesson.folder}, which is not here. Correct the folder in that file, "
                                           f"then run {build}.")), soft_wrap=True)
    return 0


def _own_files(app: AutogradeApp) -> Iterator[Path]:
    """Yields the files of a class that can't be made again: submissions, graded copies, own lessons, seeds and
    settings."""
    root = Path(app.coursedir.root)
    for folder in (app.coursedir.submitted_directory, app.coursedir.autograded_directory, OWN_LESSONS):
        for where, _, names in os.walk(root / folder):  # doesn't follow links
            yield from (Path(where) / name for name in sorted(names))
    yield from sorted(file for file in (root / seed.NAME).parent.glob("seed*") if file.is_file())
    yield from (root / name for name in OWN if (root / name).exists())


def _copy_of_gradebook(url: URL, into: Path) -> Path:
    """Copies the gradebook as it is at one moment, even if somebody is grading meanwhile."""
    if url.get_backend_name() == "sqlite":
        if not Path(url.database or "").exists():
            raise ValueError(f"there is no gradebook yet: {url.database}")
        with sqlite3.connect(f"file:{url.database}?mode=ro",
                             uri=True) as source, sqlite3.connect(into / SQLITE) as copy:
            source.backup(copy)
        return into / SQLITE
    _postgresql("pg_dump", url, "--no-owner", "--no-privileges", f"--file={into / POSTGRESQL}")
    return into / POSTGRESQL


def _put_gradebook(copy: Path, url: URL) -> None:
    """Restores the gradebook. Raises ValueError if the settings name another kind of database, or one that is not
    empty."""
    here = url.render_as_string(hide_password=True)
    if (url.get_backend_name() == "sqlite") != (copy.name == SQLITE):
        raise ValueError(f"the backup holds a gradebook of {'SQLite' if copy.name == SQLITE else 'PostgreSQL'}, but "
                         f"db_url here is {here}: set CourseDirectory.db_url in {SETTINGS}")
    if url.get_backend_name() == "sqlite":
        if Path(url.database or "").exists():
            raise ValueError(f"there is a gradebook already: {here}")
        shutil.copyfile(copy, url.database or "")
        return
    engine = create_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise ValueError(f"the database is not empty: {here}")
    finally:
        engine.dispose()
    _postgresql("psql", url, "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={copy}")


def _postgresql(tool: str, url: URL, *options: str) -> None:
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
