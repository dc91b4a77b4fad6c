"""Makes sure that all marks of a class are made with one seed. The seed's fingerprint is kept beside the marks and the
verdicts.

Otherwise, a lost seed would be drawn anew, and an exchanged seed would be used, without a warning. The two halves of a
class would then be asked different questions.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, SubmittedAssignment
from sqlalchemy import Column, Integer, MetaData, String, Table, select

from autograder.classroom.nbgrader_plugin.whose import is_ours
from autograder.judge import private, seed

TABLE = Table("autograder_seed", MetaData(), Column("number", Integer, primary_key=True),
              Column("fingerprint", String(32), nullable=False))
BESIDE_VERDICTS = "work/verdicts/seed.fingerprint"  # below the course's folder


def check(coursedir: Any) -> None:
    """Draws the class's seed if this is the first grading. Raises ValueError if marks or verdicts were made with
    another seed."""
    path, beside = Path(coursedir.root) / seed.NAME, Path(coursedir.root) / BESIDE_VERDICTS
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        known = _of_gradebook(gradebook)
        marks = sum(is_ours(each.assignment.name) for each in gradebook.db.query(SubmittedAssignment))
    with suppress(OSError):
        known = known or beside.read_text(encoding="ascii", errors="replace").strip()
    if not path.exists() and (known or marks):
        raise ValueError(f"the class's seed is gone: there is no {path}, and {_graded_work(known, marks)}. "
                         f"{_back(known, path)}")
    if known and (is_now := seed.fingerprint(seed.class_seed(path))) != known:
        raise ValueError(f"{path} is not the class's seed: its fingerprint is {is_now}, and "
                         f"{_graded_work(known, marks)}. {_back(known, path)}")
    keep(coursedir)


def keep(coursedir: Any) -> None:
    """From now on, the seed in this file is the class's seed."""
    path, beside = Path(coursedir.root) / seed.NAME, Path(coursedir.root) / BESIDE_VERDICTS
    fingerprint = seed.fingerprint(seed.class_seed(path))
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        if _of_gradebook(gradebook) != fingerprint:
            gradebook.db.execute(TABLE.insert().values(fingerprint=fingerprint))
            gradebook.db.commit()
    with suppress(OSError), private.replacing(beside) as new:  # verdicts may be deleted
        new.write_text(fingerprint, encoding="ascii")


def _of_gradebook(gradebook: Gradebook) -> str:
    """Returns the fingerprint that was kept last; empty if there is none yet."""
    TABLE.create(gradebook.engine, checkfirst=True)
    return gradebook.db.execute(select(TABLE.c.fingerprint).order_by(TABLE.c.number.desc())).scalars().first() or ""


def _graded_work(known: str, marks: int) -> str:
    what = f"the gradebook holds {marks} submission{'s' * (marks != 1)}" if marks else "there are verdicts"
    return what + (f" graded with the seed {known}" if known else " graded with it")


def _back(known: str, path: Path) -> str:
    copy = seed.copy_with(known, path)
    return (f"Put it back from {copy}" if copy else "Put it back from your copy of work/") + (
        ". Or draw a new one with `autograder grade LESSON --new-seed --force`, which grades everybody again with the "
        "new questions")
