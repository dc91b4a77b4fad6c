"""`pytest autograder/graders --submission NOTEBOOK`: one test for each exercise and check, with the judge's own
verdicts.

The notebook is judged once, before tests are collected, because only then is it known which checks there are.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from attention_lab.checking.verdict import report
from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.intake.files import read
from autograder.judge.judge import Judge, Result
from autograder.judge.settings import DEVICES, Settings
from autograder.outward import count, on_terminal
from autograder.sandbox import ISOLATIONS

RESULT = pytest.StashKey[Result]()


def pytest_addoption(parser: pytest.Parser) -> None:
    options = parser.getgroup("attention by hand")
    options.addoption("--submission", type=Path, metavar="NOTEBOOK", help="the notebook that the hidden graders judge")
    options.addoption("--isolation", choices=ISOLATIONS, default="auto", help="sandbox layers around the learner's "
                                                                              "code (default: auto)")
    options.addoption("--device", choices=DEVICES, default="auto", help="where the device checks run (default: auto)")


def pytest_sessionstart(session: pytest.Session) -> None:
    options = session.config.option
    if options.submission is None:
        raise pytest.UsageError("the hidden graders judge a notebook; say which: pytest autograder/graders "
                                "--submission NOTEBOOK")
    try:
        submission = read(options.submission)
        with Judge(Settings(options.isolation, options.device)) as judge:
            result = judge.grade(submission)
    except ValueError as error:  # no notebook, or a device that is not there
        raise pytest.UsageError(on_terminal(error, lines=True)) from error
    if result.error:
        raise pytest.UsageError(on_terminal(f"{options.submission}: {result.error}", lines=True))
    session.config.stash[RESULT] = result


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "passes" in metafunc.fixturenames:
        verdicts = metafunc.config.stash[RESULT].verdicts.values()
        metafunc.parametrize("passes",
                             [pytest.param(partial(_passes, verdict, check), id=f"{verdict.exercise}-{check.name}")
                                        for verdict in verdicts for check in verdict.checks])


def _passes(verdict: Verdict, check: Check) -> None:
    if check.outcome != "passed":
        pytest.fail(f"{on_terminal(check.message or check.outcome, lines=True)}\n\n{report.text(verdict)}",
                    pytrace=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if result := config.stash.get(RESULT, None):
        terminalreporter.write_line(f"{result.lesson}: {report.number(result.points)} of "
                                    f"{count(result.max_points, 'point')} (isolation: {result.isolation}, "
                                    f"device: {result.device})")
