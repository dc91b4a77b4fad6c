"""Reads card.json within bounds, as somebody handed it in, and compares it with the numbers that were counted again.

`attention_lab.notebook.card` writes cards; the types below limit what a card may hold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import fastjsonschema

from attention_lab.checking.form.bounds import Bounds, Name, Text, Whole
from attention_lab.networks.digit_training import BUDGET
from attention_lab.networks.paper_tables import PaperTable
from attention_lab.networks.record import LONGEST, RULES, Record
from attention_lab.notebook import card_network, card_study
from attention_lab.notebook.card import Card
from autograder.intake.files import beginning
from autograder.sandbox.validation import schema
from autograder.submission.parse import Unreadable

LARGEST = 256 << 10  # bytes; a card with all rows and the whole map has 21 kB
Percent = Annotated[float, Bounds(minimum=0, maximum=100)]
Budgeted = Annotated[int, Bounds(minimum=1, maximum=BUDGET.parameters)]


@dataclass
class _Line:
    network: Name
    code: Whole
    source: Name
    third_party: bool
    stated: Name | None
    unit: Name
    second_hand: bool
    yours: Whole | None
    met: bool


@dataclass
class _Score:
    module: Name
    task: Name
    mean: Percent
    standard_error: Percent | None
    seeds: Whole


@dataclass
class _Scores:
    status: Literal["unverified"]
    seeds: list[Whole]
    rows: list[_Score]


@dataclass
class _Network:
    widths: Annotated[list[Budgeted], Bounds(most=card_network.STAGES)]
    blocks: Budgeted
    module: Name
    parameters: Budgeted
    steps: Whole
    day: Name
    scores: Annotated[list[Percent], Bounds(most=card_network.RUNS)]
    interval: tuple[Percent, Percent] | None


@dataclass
class _Arm:
    arm: Name
    parameters: Whole
    scores: Annotated[list[Percent], Bounds(most=card_study.SEEDS)]


@dataclass
class _Study:
    name: Name
    hypothesis: Text
    refuted_if: Text
    task: Name
    begun: Name
    steps: Whole | None
    matters: Percent
    ahead: Annotated[list[list[Name]], Bounds(most=card_study.ARMS)]
    controls: Annotated[list[Name], Bounds(most=card_study.ARMS)]
    changes: Whole
    arms: Annotated[list[_Arm], Bounds(most=card_study.ARMS)]
    verdict: Name
    reason: Text


@dataclass
class _Attempt:
    numbers: Annotated[int, Bounds(minimum=0, maximum=RULES.most)]
    scores: dict[Name, Annotated[list[Percent], Bounds(most=RULES.seeds)]]
    solved: list[Name]
    code: Annotated[str, Bounds(most=LONGEST)]
    made: Name


@dataclass
class _Versions:
    python: Name
    torch: Name
    attention_lab: Name


@dataclass
class _Machine:
    processor: Text
    cores: Whole | None


@dataclass
class _Written:
    course: Name
    lesson: Name
    made: Name
    tables: list[_Line]
    scores: _Scores
    networks: Annotated[list[_Network], Bounds(most=card_network.MOST)]
    more_networks: Whole
    studies: Annotated[list[_Study], Bounds(most=card_study.MOST)]
    more_studies: Whole
    record: _Attempt | None
    versions: _Versions
    machine: _Machine


# what older cards do not have
LATER: dict[str, Any] = {"networks": [], "more_networks": 0, "studies": [], "more_studies": 0, "record": None}
LATER_IN_STUDY: dict[str, Any] = {"steps": None}
_form = fastjsonschema.compile(schema(_Written))


class Refused(ValueError):
    """This card was not written by `paper_card`. The message names the place."""


def read(path: Path) -> dict[str, Any]:
    """Returns the card in a file. Raises ValueError, with the file's name, if it is not a card. Raises Refused if it is
    a card that was edited."""
    try:
        data = beginning(path, LARGEST + 1)
    except Unreadable as error:
        raise ValueError(f"{path} {error}") from error
    if len(data) > LARGEST:
        raise ValueError(f"{path} is not a card: a card has at most {LARGEST:,} bytes")
    try:
        card = json.loads(data, parse_constant=str)  # NaN and Infinity are no JSON, and here no numbers
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}") from None
    blank = Card(PaperTable({}), None).data
    if not isinstance(card, dict) or any(card.get(key) != blank[key] for key in ("course", "lesson")):
        raise ValueError(f"{path} is JSON, but not a card of the capstone: a card has {blank['course']!r} as `course` "
                         f"and {blank['lesson']!r} as `lesson`")
    card = {**LATER, **card}
    if isinstance(card["studies"], list):
        card["studies"] = [{**LATER_IN_STUDY, **study} if isinstance(study, dict) else study
                           for study in card["studies"]]
    try:
        _form(card)
    except fastjsonschema.JsonSchemaValueException as error:
        value = "" if isinstance(error.value, (dict, list)) else f", and is {json.dumps(error.value)}"
        raise Refused(f"card{error.message.removeprefix('data')}{value}"[:400]) from None
    return card


def disagreements(card: dict[str, Any], table: PaperTable) -> list[str]:
    """Lists what is wrong in a card: about each network, and about scores that contradict each other."""
    said, true = card["tables"], {line["network"]: line for line in Card(table, None).data["tables"]}
    reasons = {row.network: yours for row, yours in table.found.items() if isinstance(yours, str)}
    names = [line["network"] for line in said]
    wrong = [f"{name}: the papers' tables have no such row" for name in dict.fromkeys(names) if name not in true]
    wrong += [f"{name}: its row is there {names.count(name)} times" for name in true if names.count(name) > 1]
    wrong += [f"{name}: its row is missing" for name in true if name not in names]
    for line in said:
        name = line["network"]
        other = [key for key, value in true.get(name, {}).items() if json.dumps(line[key]) != json.dumps(value)]
        if other:
            on_card, recounted = (", ".join(f"`{key}` {json.dumps(which[key])}" for key in other)
                                  for which in (line, true[name]))
            wrong.append(f"{name}: the card says {on_card}; recounted: {recounted}"
                         + (f" ({reasons[name]})" if name in reasons else ""))
    return [*wrong, *_odd_scores(card["scores"]), *_odd_networks(card["networks"]), *_odd_studies(card["studies"]),
            *_odd_record(card["record"])]


def _odd_scores(scores: dict[str, Any]) -> list[str]:
    wrong, seen = [], set()
    for row in scores["rows"]:
        name = row["module"], row["task"]
        if name in seen:
            wrong.append(f"{', '.join(name)}: this score appears twice")
        if not 1 <= row["seeds"] <= len(scores["seeds"]):
            wrong.append(f"{', '.join(name)}: a score of {row['seeds']} seeds, but {len(scores['seeds'])} are named")
        elif (row["standard_error"] is None) != (row["seeds"] == 1):
            wrong.append(f"{', '.join(name)}: only scores of two seeds or more have a standard error, and this one has "
                         f"{row['seeds']}")
        seen.add(name)
    return wrong


def _odd_networks(networks: list[dict[str, Any]]) -> list[str]:
    """Lists the trained networks whose interval does not follow from their runs. Nothing here checks whether the runs
    are real."""
    said = [(line["module"], line["interval"], card_network.interval_of(line["scores"])) for line in networks]
    return [f"the network with {module}: the card has the interval {_ends(on_card)}, but its scores give "
            f"{_ends(follows)}" for module, on_card, follows in said if on_card != follows]


def _ends(interval: list[float] | None) -> str:
    return "{} to {} %".format(*interval) if interval else "none"


def _odd_studies(studies: list[dict[str, Any]]) -> list[str]:
    """Lists the studies whose verdict does not follow from their runs by the course's rules. Nothing here checks
    whether the runs are real."""
    wrong = []
    for study in studies:
        said, follows = (study["verdict"], study["reason"]), card_study.verdict(study)
        if follows != said:
            wrong.append(f"study {study['name']!r}: the card says {said[0]!r}, but its scores give "
                         f"{follows[0] + ', ' + follows[1] if follows else 'no verdict'}")
    return wrong


def _odd_record(record: dict[str, Any] | None) -> list[str]:
    """Lists what does not follow from a record's own scores by the rules. Nothing here checks whether they are
    real."""
    if record is None:
        return []
    if list(record["scores"]) != list(RULES.tasks):
        return [f"the record: it has scores for {', '.join(record['scores'])}, and the tasks are "
                f"{', '.join(RULES.tasks)}"]
    solved = Record(record["numbers"], {task: tuple(scores) for task, scores in record["scores"].items()}).solved
    if solved == record["solved"]:
        return []
    return [f"the record: the card says that {', '.join(record['solved']) or 'nothing'} is solved, but its scores "
            f"solve {', '.join(solved) or 'nothing'}"]
