"""One gradebook for a whole run, and one transaction for each submission.

nbgrader opens its gradebook ten times per submission, looks for every table each time, and commits after each number.
While a run is in progress, everything in this process that opens the gradebook gets the same one, and commits wait
until the submission is done. Then either all of it is kept, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.orm import Session, scoped_session, sessionmaker


class _Waiting(Session):
    """A session whose commits are visible to its own later queries, but to nobody else before `keep`."""

    def commit(self) -> None:
        self.flush()
        self.expire_all()  # as after a commit: sums that the database computes are read again

    def keep(self) -> None:
        super().commit()


class OneGradebook:
    """The gradebook of a run. Raises sqlalchemy's errors if it can't be opened."""

    def __init__(self, db_url: str, course_id: str):
        self.db_url, self.gradebook = db_url, Gradebook(db_url, course_id)
        self.gradebook.db.remove()
        self.gradebook.db = scoped_session(sessionmaker(class_=_Waiting, autoflush=True, bind=self.gradebook.engine))

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """While this context is active, everything that opens the gradebook gets this one, and closing it does nothing.
        """
        begin, end = Gradebook.__init__, Gradebook.close

        def open_this(gradebook: Gradebook, db_url: str, *others: Any, **named: Any) -> None:
            if db_url != self.db_url:
                begin(gradebook, db_url, *others, **named)
            else:
                vars(gradebook).update(vars(self.gradebook))

        def close_others(gradebook: Gradebook) -> None:
            if gradebook.db is not self.gradebook.db:
                end(gradebook)

        Gradebook.__init__, Gradebook.close = open_this, close_others
        try:
            yield
        finally:
            Gradebook.__init__, Gradebook.close = begin, end

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begins a transaction. Its changes are kept if `keep` is called, and otherwise dropped. The connection ends
        with it, as nbgrader's does."""
        try:
            yield
        finally:
            self.gradebook.db.remove()  # `close` does nothing while this gradebook is everyone's
            self.gradebook.engine.dispose()

    def keep(self) -> None:
        """Commits. Raises sqlalchemy's errors."""
        self.gradebook.db().keep()
