"""The UNTRUSTED side: the networks of the papers' tables, built from a learner's modules and counted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from attention_lab.checking.form.bounds import TEXT, Bounds, Name, Text
from attention_lab.networks.own_modules import mine
from attention_lab.networks.paper_tables import CAPSTONE, paper_table


@dataclass
class Counted:
    """The number of each network's parameters by its name, or the reason why the network could not be counted."""

    counts: dict[Name, Annotated[int, Bounds(minimum=0, maximum=1 << 62)] | Text]


def counted(lesson: str, cells: list[dict[str, Any]] | None, here: dict[str, Any]) -> Counted:
    """Returns the counts for the networks that a lesson's rows of the papers' tables are about.

    cells: the cells of its notebook, from which `mine` takes the modules as it does in the capstone; None if there is
        no notebook.
    here: the capstone's own names.
    """
    if cells is not None:
        folder = Path.cwd() / lesson
        folder.mkdir()
        (folder / f"{lesson}.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    found = paper_table(here, partial(mine, beside=Path.cwd() / CAPSTONE)).found
    return Counted({row.network: yours if isinstance(yours, int) else yours[:TEXT] for row, yours in found.items()
                    if row.lesson == lesson})
