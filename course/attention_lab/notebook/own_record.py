"""Your attempts at the capstone's record: each is trained within the rules, and the best one is kept with its code.

    record(mine)      as `attention_lab.networks.record.record`; keeps the best attempt in own_record.json

The file is beside the notebook. The capstone's card shows what it holds, as data that somebody may have edited.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from ..checking.form.kinds import fits
from ..networks import record as rules_of
from ..networks.record import LONGEST, MARK, RULES, Make, Record, Rules
from ..storage import found, keep

FILE = "own_record.json"


@dataclass
class Attempt:
    """An attempt, as the file holds it.

    numbers: how many numbers the module carries.
    scores: for each task the right answers of each run, in per cent.
    code: the record's cell; empty if it was run outside of a notebook, or is longer than the rules allow.
    made: the day.
    """

    numbers: int
    scores: dict[str, list[float]]
    code: str
    made: str

    def record(self) -> Record:
        """Returns the attempt as the rules count it."""
        return Record(self.numbers, {task: tuple(scores) for task, scores in self.scores.items()})


def record(mine: Make, rules: Rules = RULES, draw: int = 0, folder: Path | None = None) -> Record:
    """Trains and tests an attempt as `networks.record.record` does, and keeps it if it is your best one so far.

    folder: where it is kept; by default the current folder. If the folder is read-only, nothing is kept.

    Raises Unusable for a module that carries more numbers than the rules allow.
    """
    made = rules_of.record(mine, rules, draw)
    file = (folder or Path.cwd()) / FILE
    before = best(file.parent)
    if made.rules == RULES and (before is None or made.rank < before.record().rank):
        scores = {task: [round(score, 2) for score in runs] for task, runs in made.scores.items()}
        keep(file, asdict(Attempt(made.numbers, scores, _cell(), date.today().isoformat())))
    return made


def best(folder: Path) -> Attempt | None:
    """Returns the best attempt that a folder holds. Returns None if there is no file, or if the file holds something
    else."""
    try:
        kept = Attempt(**found(folder / FILE))
    except (FileNotFoundError, TypeError, ValueError):
        return None
    return kept if fits(kept, Attempt) and _possible(kept) else None


def _possible(kept: Attempt) -> bool:
    """Says whether `record` could have written this."""
    return (0 <= kept.numbers <= RULES.most and list(kept.scores) == list(RULES.tasks)
            and all(len(scores) <= RULES.seeds and all(0 <= score <= 100 for score in scores)
                    for scores in kept.scores.values())
            and len(kept.code) <= LONGEST)


def _cell() -> str:
    """Returns the cell that is running, if it is a record's cell within the rules; otherwise nothing."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    cells = shell.history_manager.input_hist_parsed if shell else []
    cell = cells[-1].strip() if cells else ""
    return cell if cell.startswith(MARK) and len(cell) <= LONGEST else ""
