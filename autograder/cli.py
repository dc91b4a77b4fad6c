"""`autograder start | check | grade | course | status | feedback | insights | export | backup | restore | upgrade |
replay | new | audit | doctor`."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from autograder.judge.settings import DEVICES, Settings
from autograder.lessons.course import document
from autograder.outward import on_terminal
from autograder.sandbox import ISOLATIONS
from autograder.terminal import Terminal, say

Commands = argparse._SubParsersAction  # argparse has no public name for it


class _Parser(argparse.ArgumentParser):
    """A parser whose messages are safe on a terminal, because they may quote a file's name."""

    def error(self, message: str) -> NoReturn:
        super().error(on_terminal(message))


def main(arguments: list[str] | None = None) -> None:
    """Runs one command and exits with its status. What takes long to import, above all torch, is imported by the
    command that needs it."""
    parser = _Parser(prog="autograder", description="Grades the course's notebooks, and checks that its graders work.")
    commands: Commands = parser.add_subparsers(dest="command", required=True)
    for add in (
        _add_check, _add_grade, _add_course, _add_status, _add_feedback, _add_insights, _add_export, _add_backups,
        _add_upgrade, _add_replay, _add_new, _add_audit, _add_start,
    ):
        add(commands)
    options = parser.parse_args(arguments)
    judges = options.command == "grade" or options.command == "check" and any(map(os.path.exists, options.notebooks))
    with _terminated_in_order():
        try:
            if sys.platform == "linux" and judges:
                with contextlib.suppress(OSError):  # the command says why
                    _get_ready(options)
            from autograder.classroom.nbgrader_plugin.plain_log import keep_logs_plain
            from autograder.submission import notebook

            keep_logs_plain()
            if lesson := getattr(options, "lesson", None):
                notebook.lesson(lesson)  # an unknown one is refused before any judge is started
            sys.exit(options.run(options))
        # Python or torch is too old, or a package is missing: say so in a sentence, above all for `autograder doctor`
        except ImportError as error:
            sys.exit(f"Nothing can be graded here: {_unsupported() or error}")
        except KeyboardInterrupt as interrupt:
            sys.exit(128 + (interrupt.args[0] if interrupt.args else signal.SIGINT))
        except Exception as error:
            status, said = _told(error)
            parser.exit(status, on_terminal(f"autograder {options.command}: {said}") + "\n")


def _unsupported() -> str:
    try:
        import attention_lab  # noqa: F401
    except ImportError as error:
        return str(error)
    return ""


def _get_ready(options: argparse.Namespace) -> None:
    from autograder.classroom.ready import get_ready

    get_ready(options.isolation or "auto")


WRONG_USE, MACHINE = 2, 3  # exit statuses: what was asked for can't be read or done; the machine can't do it now
OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
                  errno.EAGAIN}


def _told(error: Exception) -> tuple[int, str]:
    """Returns an exit status, and a sentence about an error that is not a fault of this program. Raises any other error
    again."""
    if isinstance(error, (ValueError, OSError)):
        return MACHINE if getattr(error, "errno", None) in OF_THE_MACHINE else WRONG_USE, str(error)
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.sandbox.isolation import NoLayers, NoRoom

    if isinstance(error, (NoLayers, NoRoom)):
        return MACHINE, str(error)
    if not isinstance(error, SQLAlchemyError):
        raise error
    why = str(getattr(error, "orig", None) or error).partition("\n")[0]
    if "malformed" in why or "not a database" in why:
        return MACHINE, (f"the gradebook is damaged ({why}). Restore your backup into a new folder: "
                         f"{document('docs/instructors/upgrading.md')} says how")
    return MACHINE, (f"the gradebook can't be used ({why}), perhaps because another program holds it. Nothing is half "
                     "done: run the same command again when it is free")


@contextlib.contextmanager
def _terminated_in_order() -> Iterator[None]:
    """While this context is active, SIGTERM does the same as Ctrl-C: processes are ended and their folders removed."""
    def interrupt(number: int, _frame: Any) -> None:
        raise KeyboardInterrupt(number)

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _from(module: str) -> Any:
    """Imports a module of the autograder. Most import nbgrader or torch, which takes seconds."""
    return import_module(f"autograder.{module}")


def _add_where(command: argparse.ArgumentParser, jobs: int) -> None:
    where = command.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=_positive, metavar="N",
                       help=f"judge N notebooks at the same time on this machine ({jobs})")
    where.add_argument("--cluster", metavar="ADDRESS",
                       help="judge on the workers of the Dask scheduler at this address, such as tls://HOST:8786; a "
                            "worker judges as many notebooks at the same time as its --nthreads says")


def _add_isolation(command: argparse.ArgumentParser) -> None:
    command.add_argument("--isolation", choices=ISOLATIONS, default="auto",
                         help="none: run without a sandbox, for notebooks whose authors you trust")


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _add_start(commands: Commands) -> None:
    start = commands.add_parser("start", help="add lessons to an nbgrader course of your own, or begin one",
                                description="Copies the lessons to the course's source folder, and adds four lines to "
                                            "its nbgrader_config.py. It writes over nothing. Exit status 0; 2: a usage "
                                            "error.")
    start.add_argument("folder", type=Path, metavar="FOLDER", help="nbgrader's course, or an empty folder")
    start.add_argument("lessons", nargs="+", metavar="LESSON", help="a lesson, such as 01_se")
    start.set_defaults(run=lambda given: _from("classroom.start").start(given.folder.resolve(), given.lessons,
                                                                        Terminal()))


def _add_check(commands: Commands) -> None:
    check = commands.add_parser("check", help="grade notebooks without a gradebook",
                                description="Exit status 0: all have full marks; 1: some do not; 2: a notebook could "
                                            "not be read.")
    check.add_argument("notebooks", nargs="+", metavar="NOTEBOOK")
    check.add_argument("--json", metavar="PATH", help="write one line of JSON per notebook to this file; with -, "
                                                      "write only these lines to standard output")
    _add_where(check, 1)
    _add_isolation(check)
    check.add_argument("--device", choices=DEVICES, default="auto", help="where the device check runs")
    check.add_argument("--solution-from", type=Path, metavar="NOTEBOOK",
                       help="a notebook with solutions; an exercise is taken from it if a notebook to be graded lacks "
                            "it or has not changed it since the release")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> int:
    from autograder.classroom.cluster import ClusterPool
    from autograder.classroom.pool import Pool
    from autograder.intake.files import read
    from autograder.judge.judge import Result
    from autograder.outputs import as_json, show

    solved = read(options.solution_from) if options.solution_from else None
    console = Terminal(stderr=options.json == "-")
    lines, status = [], 0
    present = [name for name in options.notebooks if os.path.exists(name)]
    if present:
        _get_ready(options)
    settings = Settings(options.isolation, options.device)
    if options.cluster:
        judges: Pool | ClusterPool = ClusterPool(options.cluster, settings, say=partial(say, console))
    else:
        judges = Pool(options.jobs or 1, settings, say=partial(say, console))
    with judges as pool:
        futures = {name: pool.submit(Path(name), solved=solved) for name in present}
        for name in options.notebooks:
            result = futures[name].result() if name in futures else Result(
                None, options.isolation, options.device, error=f"{name} can't be read: No such file or directory")
            if result.busy:
                result = pool.submit(Path(name), solved=solved).result()
            show(console, name, result)
            lines.append(as_json(name, result))
            failed = 2 if result.problem else 1 if result.points < result.max_points else 0
            status = max(status, failed)
    _write_json(options.json, lines)
    return status


def _add_grade(commands: Commands) -> None:
    grade = commands.add_parser("grade", help="grade a class into nbgrader's gradebook, several notebooks at a time",
                                description="Grades all work that is not graded yet. After an interruption, run the "
                                            "same command again: it continues where the first run stopped. Exit "
                                            "status 0: everything is recorded; 1: something could not be recorded; 2: "
                                            "a usage error, or nobody handed in.")
    grade.add_argument("lesson", metavar="LESSON")
    _add_where(grade, os.cpu_count() or 1)
    grade.add_argument("--student", action="append", default=[], metavar="ID",
                       help="grade only this student; may be given several times")
    grade.add_argument("--force", action="store_true",
                       help="also grade again what is already graded; marks by hand are kept")
    grade.add_argument("--new-seed", action="store_true",
                       help="first draw a new class seed, which changes the hidden questions")
    grade.add_argument("--isolation", choices=ISOLATIONS,
                       help="none: run without a sandbox, for notebooks whose authors you trust")
    grade.add_argument("--device", choices=DEVICES, help="where the device check runs")
    grade.set_defaults(run=_grade)


def _grade(options: argparse.Namespace) -> int:
    _get_ready(options)
    from autograder.classroom.grade import grade  # imports nbgrader

    return grade(options)


def _add_course(commands: Commands) -> None:
    course = commands.add_parser("course", help="check the class's own rules, work/course.toml, and bring them into "
                                                "the gradebook",
                                 description="Compares due dates, extensions, late penalties and weights with the "
                                             "gradebook. Without an option, it changes nothing. Exit status 0: the "
                                             "gradebook agrees; 1: it does not; 2: a usage error, or an error in the "
                                             "file.")
    into = course.add_mutually_exclusive_group()
    into.add_argument("--apply", action="store_const", dest="how", const="apply", default="look",
                      help="set late penalties and everything that the gradebook lacks, and list the other differences")
    into.add_argument("--replace", action="store_const", dest="how", const="replace",
                      help="also replace what differs, such as a due date that was changed in formgrader")
    course.set_defaults(run=lambda given: _from("classroom.agree").course(given.how, Terminal()))


def _add_status(commands: Commands) -> None:
    status = commands.add_parser("status", help="list who handed in a lesson, whose work is graded, and who has "
                                                "feedback",
                                 description="Prints a line for each student: when they handed in, whether the work "
                                             "is graded or why not, the mark in the gradebook, and the feedback. For "
                                             "the feedback it says whether a page exists and is released in an "
                                             "exchange. Exit status 0; 1: somebody's record can't be read; 2: a "
                                             "usage error.")
    status.add_argument("lesson", metavar="LESSON")
    status.add_argument("--json", metavar="PATH", help="write one line of JSON per student to this file; with -, "
                                                       "write only these lines to standard output")
    status.set_defaults(run=_status)


def _status(options: argparse.Namespace) -> int:
    console = Terminal(stderr=options.json == "-")
    with console.status("Reading what was handed in, and the gradebook"):
        from autograder.classroom.status import status  # imports nbgrader

        exit_status, lines = status(options.lesson, console)
    _write_json(options.json, lines)
    return exit_status


def _add_feedback(commands: Commands) -> None:
    feedback = commands.add_parser("feedback", help="make the feedback pages that are out of date",
                                   description="Makes work/feedback/STUDENT/LESSON/LESSON.html for every student "
                                               "whose page is missing or out of date. Exit status 0: all pages are "
                                               "there; 1: a page could not be made; 2: a usage error, or nobody is "
                                               "graded.")
    feedback.add_argument("lesson", metavar="LESSON")
    feedback.add_argument("--zip", choices=("moodle", "canvas"),
                          help="also put all pages into one zip for this platform's bulk upload, "
                               "work/export/LESSON-feedback-PLATFORM.zip")
    feedback.set_defaults(run=lambda given: _from("classroom.give_back").feedback(given.lesson, given.zip, Terminal()))


def _add_backups(commands: Commands) -> None:
    keep = commands.add_parser("backup", help="save a class in one file: gradebook, seed, settings and submissions",
                               description="Saves everything that can't be made again. Exit status 0, or 2 for a "
                                           "usage error.")
    keep.add_argument("file", type=Path, metavar="FILE.tar.gz", help="the file to write, which must not exist yet")
    keep.set_defaults(run=lambda given: _from("classroom.backup").backup(given.file, Terminal()))
    back = commands.add_parser("restore", help="restore a class from its backup in a fresh clone",
                               description="Never replaces a class: a folder that already holds one is refused. Exit "
                                           "status 0, or 2 for a usage error.")
    back.add_argument("file", type=Path, metavar="FILE.tar.gz", help="the file that backup wrote")
    back.set_defaults(run=lambda given: _from("classroom.restore").restore(given.file, Terminal()))


def _add_upgrade(commands: Commands) -> None:
    newer = commands.add_parser("upgrade", help="list the marks that this version would change in a class that "
                                                "another version graded",
                                description="Run the new version's command in the class's folder. It judges all work "
                                            "again with the class's seed, and writes nothing. Exit status 0: no mark "
                                            "would change; 1: some would; 2: a usage error.")
    newer.add_argument("--dry-run", action="store_true", required=True,
                       help="list what would change; the command does nothing else")
    newer.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, metavar="N",
                       help="judge N notebooks at the same time (%(default)s)")
    _add_isolation(newer)
    newer.set_defaults(run=lambda given: _from("classroom.upgrade").upgrade(given.jobs, given.isolation, Terminal()))


def _add_insights(commands: Commands) -> None:
    insights = commands.add_parser("insights", help="write a page and a table of what a class got wrong in a lesson",
                                   description="Adds up the verdicts on the lesson's graded work, and writes "
                                               "work/insights/LESSON.html and LESSON.csv. Exit status 0; 1: "
                                               "somebody's work can't be counted; 2: nothing is graded.")
    insights.add_argument("lesson", metavar="LESSON")
    insights.add_argument("--names", action="store_true", help="also name the students; without names, you can show "
                                                               "the page to the class")
    insights.set_defaults(run=lambda given: _from("insights.write").write(given.lesson, given.names, Terminal()))


def _add_export(commands: Commands) -> None:
    export = commands.add_parser("export", help="write the points of a lesson, or of the term, for a learning "
                                                "platform, and list who is not in the file",
                                 description="Writes work/export/LESSON-PLATFORM.csv, or term-PLATFORM.csv, with "
                                             "totals and each exercise's points from the gradebook. Exit status 0; 1: "
                                             "somebody's record can't be read; 2: a usage error.")
    what = export.add_mutually_exclusive_group(required=True)
    what.add_argument("lesson", metavar="LESSON", nargs="?")
    what.add_argument("--term", action="store_true", help="write all lessons of the gradebook into one file")
    export.add_argument("--platform", "--format", required=True, choices=("canvas", "moodle", "blackboard"),
                        help="the platform that will import the file")
    export.add_argument("--total-only", action="store_true", help="leave out the points of each exercise")
    export.add_argument("--absent", choices=("blank", "zero"), default="blank",
                        help="the points of students who handed in nothing (%(default)s)")
    export.add_argument("--language", choices=("en", "de", "fr", "es"),
                        help="your language on Moodle, because a grading worksheet's headings must be in that "
                             "language (en)")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    from autograder.classroom.points_out import Wanted, export, export_term  # imports nbgrader

    if options.language and (options.term or options.platform != "moodle"):
        raise ValueError("--language is only for the grading worksheet of one lesson on Moodle, because no other file "
                         "has headings that depend on a language")
    wanted = Wanted(options.platform, options.total_only, options.absent, options.language or "en")
    return export_term(wanted, Terminal()) if options.term else export(options.lesson, wanted, Terminal())


def _add_replay(commands: Commands) -> None:
    replay = commands.add_parser("replay", help="judge again an exercise that a learner sent by report_problem(...)",
                                 description="Judges the code in the file with the hidden questions, as check does. "
                                             "Exit status 0: the points agree with the file; 1: they do not; 2: the "
                                             "file could not be read or judged.")
    replay.add_argument("problem", type=Path, metavar="FILE", help="problem-LESSON-EXERCISE.txt, as "
                                                                   "report_problem(...) wrote it")
    replay.add_argument("--isolation", choices=ISOLATIONS, default="auto",
                        help="none: run without a sandbox, for code whose authors you trust")
    replay.set_defaults(run=lambda given: _from("replay").replay(given.problem, given.isolation, Terminal()))


def _add_new(commands: Commands) -> None:
    new = commands.add_parser("new", help="make the folder of your own lesson from a reference (docs/own-lesson.md)",
                              description="Exit status 0; 2 for a usage error, or for a reference from which no "
                                          "lesson can be made.")
    new.add_argument("topic", metavar="TOPIC", help="the topic's name, such as gather_excite; the lesson will be "
                                                    "own_TOPIC")
    new.add_argument("--reference", type=Path, required=True, metavar="FILE.py",
                     help="a file with INPUTS, and with modules and functions that have docstrings")
    new.add_argument("--folder", type=Path, default=Path("work/lessons"), metavar="DIR",
                     help="the folder in which the topic's folder is made (%(default)s)")
    new.set_defaults(run=lambda given: _from("new.new").new(given.topic, given.reference, given.folder, Terminal()))


def _add_audit(commands: Commands) -> None:
    audit = commands.add_parser("audit", help="try the graders on everything that is known to be right or wrong")
    audit.add_argument("lessons", nargs="*", metavar="LESSON", help="the lessons to audit; without any, all of them")
    audit.add_argument("--seeds", type=_positive, default=3, metavar="N",
                       help="try N sets of hidden questions (%(default)s)")
    audit.add_argument("--json", metavar="PATH", help="write one line of JSON per lesson to this file; with -, write "
                                                      "only these lines to standard output")
    audit.set_defaults(run=_audit)
    doctor = commands.add_parser("doctor", help="say what works on this machine, what is missing, and how to get it")
    doctor.add_argument("--full", action="store_true", help="also try how much memory learners' code gets, whether it "
                                                            "can compute on the GPU, and grade a solved notebook")
    doctor.set_defaults(run=lambda given: _from("doctor").examine(given.full, Terminal()))


def _audit(options: argparse.Namespace) -> int:
    from autograder.audit.audit import audit, seed_names  # imports every mistake and reference
    from autograder.submission import notebook

    known = [lesson.name for lesson in notebook.lessons()]
    for name in options.lessons:
        notebook.lesson(name)
    console, found = Terminal(stderr=options.json == "-"), []
    for name in options.lessons or known:
        found.append(audit(name, seed_names(options.seeds)))
        console.print(found[-1])
    _write_json(options.json, [each.as_json() for each in found])
    return int(any(each.failed for each in found))


def _write_json(target: str | None, lines: list[dict[str, Any]]) -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if target == "-":
        sys.stdout.write(text)
    elif target:
        Path(target).write_text(text, encoding="utf-8")
