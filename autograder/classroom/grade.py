"""`autograder grade`: grades a lesson's submissions into nbgrader's gradebook, several at the same time."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

from nbgrader.converters import NbGraderException

from autograder.classroom import rules
from autograder.classroom.cluster import ClusterPool
from autograder.classroom.counts import weights_of
from autograder.classroom.gradebook import GradebookWriter
from autograder.classroom.live import Display
from autograder.classroom.nbgrader_course import course_app
from autograder.classroom.nbgrader_plugin import same_seed
from autograder.classroom.nbgrader_plugin.judge_cells import VERDICTS, JudgeCells
from autograder.classroom.nbgrader_plugin.student_folders import misplaced
from autograder.classroom.pool import Pool
from autograder.classroom.roster import enrol
from autograder.judge import private, seed
from autograder.judge.cache import Verdicts
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.terminal import Terminal, say

LOG = "work/grade.log"  # below the course's folder
OLDER = 5  # how many earlier runs keep their logs beside it; grade.1.log is the log of the run before


def grade(options: argparse.Namespace) -> int:
    """Grades a lesson, and returns the command's exit status. Raises ValueError for a usage error. After an interrupt,
    it cleans up and raises KeyboardInterrupt."""
    console = Terminal()
    app = course_app(options.lesson)
    own = rules.read(Path(app.coursedir.root)) or rules.Rules("")  # what is wrong with them ends here
    weights_of(own, options.lesson)
    log = Path(app.coursedir.root) / LOG
    with _logging(app.log, log):
        progress = Display(console)
        writer = GradebookWriter(progress, options.student, own, coursedir=app.coursedir, parent=app)
        writer.force |= options.force
        roster = enrol(app.coursedir)
        writer.init_notebooks()  # a usage error ends here, before anything is changed
        seed_file = Path(app.coursedir.root) / seed.NAME
        if options.new_seed:
            _draw_another_seed(console, seed_file)
            same_seed.keep(app.coursedir)
        else:
            same_seed.check(app.coursedir)
        configured = JudgeCells(parent=app)
        settings = Settings(options.isolation or configured.isolation, options.device or configured.device,
                            seed_file=seed_file)
        complete = True
        with Judge(settings) as judge:
            verdicts = Verdicts(Path(app.coursedir.root) / VERDICTS, judge)
            if options.cluster:
                judges: Pool | ClusterPool = ClusterPool(options.cluster, settings, partial(say, console))
            else:
                judges = Pool(options.jobs or os.cpu_count() or 1, settings, log, partial(say, console))
            with judges as pool, progress:
                try:
                    writer.record(pool, verdicts)
                except NbGraderException:  # it has said which and why, in the log
                    complete = False
                except KeyboardInterrupt:
                    progress.interrupted()
                    raise
        verdicts.tidy()
        progress.summary(writer.standing(), writer.absent, writer.passed_over(),
                         [*writer.times(), *(roster.odd if roster else ()), *misplaced(app.coursedir, options.lesson)])
    if not complete:
        say(console, f"Not everything could be recorded: {log} says why. Run the same command to try again.")
    elif options.new_seed and progress.before:
        say(console, "Students who were graded before keep the marks that they got with the old seed. With --force, "
                     "everybody gets the new questions.")
    return int(not complete or progress.failed or bool(writer.each.failed))


def _draw_another_seed(console: Terminal, path: Path) -> None:
    old = seed.draw_another(path)
    note = f"; the old one is kept in {old}" if old else ""
    say(console, f"Drew a new class seed, so the hidden questions have changed{note}.")


class _logging:
    """Sends everything that is logged to a file while the command runs, and nothing to the terminal. Only one run at a
    time may use the file.

    Raises ValueError if another run is in progress.
    """

    def __init__(self, log: logging.Logger, path: Path):
        self.log, self.path = log, path

    def __enter__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = open(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8",
                    errors="replace")
        _lock(file)
        _keep_older(self.path)
        file.truncate(0)
        handler = _Quiet(file)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        self.log.handlers = [other for other in self.log.handlers if isinstance(other, logging.FileHandler)]
        self.log.propagate = True
        logging.getLogger().addHandler(handler)
        logging.captureWarnings(True)
        self.handler, self.file = handler, file

    def __exit__(self, *_: object) -> None:
        logging.captureWarnings(False)
        logging.getLogger().removeHandler(self.handler)
        self.file.close()


class _Quiet(logging.StreamHandler):
    """A handler without tracebacks. If the disk is full, each line that can't be written would otherwise show one on
    the terminal."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Overrides logging's method."""


def _keep_older(log: Path) -> None:
    """Renames the logs of earlier runs, each to the next number. The newest log is copied, because the lock is on this
    very file."""
    names = [log, *(log.with_suffix(f".{number}.log") for number in range(1, OLDER + 1))]
    if not log.stat().st_size:
        return
    for older, newer in zip(names[:1:-1], names[-2::-1]):
        if newer.exists():
            os.replace(newer, older)
    with suppress(OSError), private.replacing(names[1]) as beside:  # a full disk keeps nobody from grading
        shutil.copyfile(log, beside)


def _lock(file: IO[str]) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ValueError("another `autograder grade` is running for this course") from None
