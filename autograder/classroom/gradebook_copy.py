"""Copies a gradebook as it is at one moment to a file, and back into an empty place. PostgreSQL's own tools do that for
a gradebook on a server."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL

SQLITE, POSTGRESQL = "gradebook.db", "gradebook.sql"  # the names of the copies


def save(url: URL, into: Path) -> Path:
    """Copies the gradebook into a folder, even if somebody is grading meanwhile. Returns the copy. Raises ValueError if
    there is none, if it is neither on SQLite nor on PostgreSQL, or if a tool fails."""
    if url.get_backend_name() == "sqlite":
        if not Path(url.database or "").exists():
            raise ValueError(f"there is no gradebook yet: {url.database}")
        with closing(sqlite3.connect(url.database or "")) as source, closing(sqlite3.connect(into / SQLITE)) as copy:
            source.backup(copy)
        return into / SQLITE
    _postgresql("pg_dump", url, "--no-owner", "--no-privileges", f"--file={into / POSTGRESQL}")
    return into / POSTGRESQL


def load(copy: Path, url: URL) -> None:
    """Puts a copy where the gradebook belongs. Raises ValueError if the settings name another kind of database, or one
    that is not empty; OSError if there is no room."""
    here = url.render_as_string(hide_password=True)
    if (url.get_backend_name() == "sqlite") != (copy.name == SQLITE):
        raise ValueError(f"the backup holds a gradebook of {'SQLite' if copy.name == SQLITE else 'PostgreSQL'}, but "
                         f"db_url here is {here}: set CourseDirectory.db_url in the class's settings")
    if url.get_backend_name() == "sqlite":
        gradebook = Path(url.database or "")
        try:
            gradebook.touch(exist_ok=False)
        except FileExistsError:
            raise ValueError(f"there is a gradebook already: {here}") from None
        try:
            shutil.copyfile(copy, gradebook)
        except BaseException:
            gradebook.unlink()
            raise
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
