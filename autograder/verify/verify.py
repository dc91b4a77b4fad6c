"""`autograder verify`: says which parts of a card agree with the notebooks from which it was made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from rich.console import Console
from rich.text import Text

from attention_lab.checking.verdict.report import number
from attention_lab.networks.paper_tables import CAPSTONE, Row
from autograder.judge.judge import Judge, Result
from autograder.judge.questions import closure
from autograder.judge.settings import Settings
from autograder.lessons.topics import topic
from autograder.outward import on_terminal
from autograder.submission import notebook
from autograder.verify import card as cards
from autograder.verify.recount import handed_in, recount

THIRD_PARTY = "a third party's"


def verify(card: Path, capstone: Path, isolation: str, console: Console) -> int:
    """Shows which rows of a card are verified, or what is wrong in it. Returns the command's exit status: 0, or 1 if
    the card is refused.

    Raises ValueError if the card or a notebook can't be read, and NoLayers as a sandbox does.
    """
    try:
        said = cards.read(card)
    except cards.Refused as error:
        return _refused(console, card, [str(error)])
    notebooks = handed_in(capstone)
    with Judge(Settings(isolation)) as judge:
        table = recount(notebooks, judge.sandboxes["cpu"])
        if wrong := cards.disagreements(said, table):
            return _refused(console, card, wrong)
        judged = {}
        for lesson in dict.fromkeys(row.lesson for row, yours in table.found.items() if yours == row.exact):
            with console.status(f"judging {lesson}"):
                judged[lesson] = judge.grade(notebooks[lesson], lesson)
            judge.prepared.clear()  # one lesson's questions take 100 MB
    lacking = {row: _lacking(row, judged[row.lesson]) for row, yours in table.found.items() if yours == row.exact}
    for row, yours in table.found.items():
        count = f"{yours:,}" if isinstance(yours, int) else ""
        verdict = str(yours) if not count else f"not met: the code has {row.exact:,}"
        if row in lacking:
            verdict = (
                f"{_compared(row)},"
                f" {lacking[row] or 'modules right'}"
            )
        sign = "✓" if lacking.get(row) == "" else "✗" if count else "○"
        _say(console, f"{sign} {row.network:<22} {count:>10}  ", verdict)
    verified = sum(not why for why in lacking.values())
    stated = sum(bool(row.stated) for row in table.found)
    met = sum(row.meets(row.exact) for row in lacking)
    _say(console, "", f"{card} agrees with the notebooks: {met} of the {stated} stated numbers are met; "
                      f"{len(lacking)} of {len(table.found)} counts are right, and {verified} of these are verified.")
    for line in _not_recounted(said, notebooks.get(CAPSTONE)):
        _say(console, "", line)
    return 0


def _not_recounted(said: dict[str, Any], capstone: NotebookNode | None) -> Iterator[str]:
    """Says which parts of a card nobody has counted again, and what was compared nevertheless."""
    trained = [f"{len(said['scores']['rows'])} scores"]
    trained += [f"the runs and the parameters of the network with {each['module']}" for each in said["networks"]]
    trained += [f"the runs of the study {study['name']!r}" for study in said["studies"]]
    trained += ["the scores of the record"] if said["record"] else []
    yield f"Not verified, but stated by the learner: {', '.join(trained)}, the versions and the machine."
    if said["networks"]:
        yield ("A network of section 8 is not trained again, and its parameters are not counted again. Its interval "
               "follows from the scores on the card.")
    if said["studies"]:
        yield ("A study is not trained again. Its verdict follows from the scores on the card, by the course's rules, "
               "but no command can tell whether the hypothesis was written before the runs.")
    if record := said["record"]:
        cells = [cell.source.strip() for cell in capstone.cells if cell.cell_type == "code"] if capstone else []
        where = "is a cell of" if record["code"] in cells else "is not a cell of"
        yield f"The record's code {where} this notebook. It is not trained again."


def _compared(row: Row) -> str:
    """Compares the stated number with a count that equals the code's."""
    if row.meets(row.exact):
        return "count met"
    other = f"but {row.stated} is stated" if row.stated else "and no number is stated"
    return f"the same as {THIRD_PARTY if row.third_party else 'the published'} code, {other}"


def _refused(console: Console, card: Path, wrong: list[str]) -> int:
    _say(console, "", f"{card} is REFUSED:")
    for each in wrong:
        _say(console, "✗ ", each)
    return 1


def _say(console: Console, begins: str, said: str) -> None:
    console.print(Text(begins + on_terminal(said)), soft_wrap=True)


def _lacking(row: Row, result: Result) -> str:
    """Says what is wrong with a row's modules, and with the earlier exercises from which they are built. (If an earlier
    exercise is broken, the modules are judged with the course's own exercise in its place. The network is not built
    with that.) Returns an empty text if all of them have full points."""
    if result.error:
        return f"but not judged: {result.error}"
    exercises = topic(notebook.lesson(row.lesson).topic).exercises
    needed = set(row.exercises).union(*(closure(exercises, name) for name in row.exercises))
    verdicts = [result.verdicts[exercise.name] for exercise in exercises if exercise.name in needed]
    lost = [f"{v.exercise} of {row.lesson} has {number(v.points)} of {number(v.max_points)} points" for v in verdicts
            if v.points < v.max_points]
    return f"but {' and '.join(lost)}" if lost else ""
