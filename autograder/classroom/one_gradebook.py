"""One gradebook for a whole run, and one transaction for each submission.

nbgrader opens its gradebook ten times a submission, looks for every table each time, and commits after each number.
While a run goes on, all that it opens in this process is the same one here, and what it commits waits until the
submission is done: all of it is kept, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.orm import Session, scoped_session, sessionmaker


class _Waiting(Session):
    """What is committed is seen by every later query of this session, but by nobody else before `keep`."""

    def commit(self) -> None:
        self.flush()
        self.expire_all()  # as after a commit: sums that the database computes are read again

    def keep(self) -> None:
        super().commit()


class OneGradebook:
    """The gradebook of a run. Raises sqlalchemy's errors where it can't be opened."""

    def __init__(self, db_url: str, course_id: str):
        self.db_url, self.opened = db_url, Gradebook(db_url, course_id)
        self.opened.db.remove()
        self.opened.db = scoped_session(sessionmaker(class_=_Waiting, autoflush=True, bind=self.opened.engine))

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """While this goes on, whoever opens the gradebook gets this one, and closing it does nothing."""
        begin, end = Gradebook.__init__, Gradebook.close

        def opened(gradebook: Gradebook, db_url: str, *others: Any, **named: Any) -> None:
            if db_url != self.db_url:
                begin(gradebook, db_url, *others, **named)
            else:
                vars(gradebook).update(vars(self.opened))

        def closed(gradebook: Gradebook) -> None:
            if gradebook.db is not self.opened.db:
                end(gradebook)

        Gradebook.__init__, Gradebook.close = opened, closed
        try:
            yield
        finally:
            Gradebook.__init__, Gradebook.close = begin, end

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written in here is kept where `keep` is called, and else forgotten.
        The connection ends with it, as nbgrader's does."""
        try:
            yield
        finally:
            self.opened.db.remove()  # `close` does nothing while this gradebook is everyone's
            self.opened.engine.dispose()

    def keep(self) -> None:
        """Commit. Raises sqlalchemy's errors."""
        self.opened.db().keep()
