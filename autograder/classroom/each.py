"""Goes on with the rest of a class if something goes wrong with one student's record, and says with whose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from sqlalchemy.exc import OperationalError

from autograder.terminal import say


class Each:
    """failed: why, by student."""

    def __init__(self) -> None:
        self.failed: dict[str, str] = {}

    @contextmanager
    def student(self, student: str) -> Iterator[None]:
        """Notes the error of what is done for one student. Raises OperationalError of a gradebook that nobody can use.
        """
        try:
            yield
        except OperationalError:
            raise
        except Exception as error:  # whatever a stranger's record leads to
            self.failed[student] = first_line(error)

    def messages(self) -> list[str]:
        return [f"{student}: something of this record can't be read: {why}" for student, why in self.failed.items()]

    def end(self, console: Console) -> int:
        """Names the students for whom something went wrong. Returns a command's exit status: 1 if there are any."""
        for line in self.messages():
            say(console, line)
        return int(bool(self.failed))


def first_line(error: Exception) -> str:
    """Returns the first line of what an error says."""
    if isinstance(error, UnicodeEncodeError):  # what the system hands over for such a byte can be written nowhere
        return "the name of a folder is not in UTF-8"
    return (str(error) or type(error).__name__).splitlines()[0]
