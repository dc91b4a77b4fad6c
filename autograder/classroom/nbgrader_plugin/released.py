"""Makes `nbgrader release_feedback` and `nbgrader list --inbound` safe: one learner's odd file does not end the command
for the others, and no link, pipe or notebook is opened.

Both commands read a learner's `submission_secret.txt`, which gives the copy of the page in the exchange its name.
"""

from __future__ import annotations

import glob
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from nbgrader.exchange.default import ExchangeList, ExchangeReleaseFeedback
from nbgrader.exchange.default import list as listing
from nbgrader.exchange.default import release_feedback as releasing
from nbgrader.utils import notebook_hash

from autograder.classroom.nbgrader_plugin.hand_in_time import LONGEST, time_text_in
from autograder.classroom.nbgrader_plugin.handed_in import NOT_THEIRS
from autograder.classroom.nbgrader_plugin.student_folders import chosen_folders
from autograder.intake.folders import TooMuch, notebooks_in
from autograder.intake.plain_file import read_plain
from autograder.outward import on_terminal

SECRET = "submission_secret.txt"


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Releases feedback. nbgrader's own class stops at the first folder without a secret or a time."""

    src_path: str  # nbgrader's

    def copy_files(self) -> None:
        """Overrides nbgrader's method. It copies one folder at a time."""
        every, releasing.open = self.src_path, _open
        for folder in chosen_folders(self.coursedir, self.coursedir.feedback_directory).values():
            if why := _why_unreleasable(Path(folder)):
                self.log.error("The pages in %s are not released, because %s", on_terminal(folder), why)
                continue
            self.src_path = glob.escape(folder)
            super().copy_files()
        self.src_path = every
        del releasing.open


class List(ExchangeList):
    """Lists submissions. nbgrader's own class opens links and pipes in the inbound folders of an exchange, reads every
    notebook to its end, and takes the name of a folder for a pattern."""

    inbound: bool  # nbgrader's

    def parse_assignments(self) -> list[dict[str, Any]]:
        """Overrides nbgrader's method."""
        listing.open, listing.notebook_hash = _open, _hash_of
        if self.inbound:
            listing.glob = SimpleNamespace(glob=lambda pattern: notebooks_in(Path(pattern).parent))
        try:
            return super().parse_assignments()
        finally:
            del listing.open
            listing.notebook_hash, listing.glob = notebook_hash, glob


def _why_unreleasable(folder: Path) -> str:
    """Says why the pages in a folder can't be released; empty if they can."""
    try:
        return "" if secret_in(folder) and time_text_in(folder) else f"its {SECRET} or its time is empty or missing"
    except ValueError as error:
        return str(error)


def secret_in(folder: Path) -> str:
    """Returns the secret that names the feedback pages in an exchange; empty if there is none. Raises ValueError if
    the file holds something else."""
    try:
        return read_plain(folder / SECRET, LONGEST).decode()
    except FileNotFoundError:
        return ""
    except (OSError, TooMuch, UnicodeDecodeError) as error:
        raise ValueError(f"its {SECRET} can't be read: {getattr(error, 'strerror', None) or error}") from error


def _open(path: str, mode: str = "r") -> Any:
    """Replaces Python's `open` for a secret, for a time, and for our own pages."""
    if Path(path).name == NOT_THEIRS:
        return io.StringIO(time_text_in(Path(path).parent))
    if Path(path).name != SECRET:
        return open(path, mode)
    try:
        return io.StringIO(secret_in(Path(path).parent) or "none")
    except ValueError:
        return io.StringIO("none")


def _hash_of(path: str | None = None, unique_key: str | None = None, **secret: str) -> str:
    """Replaces nbgrader's `notebook_hash`. Without a secret, a notebook has no page, because ReleaseFeedback makes
    none. nbgrader would read the notebook to find the page's name, but here it is never opened."""
    return notebook_hash(unique_key=unique_key, **secret) if path is None else "none"
