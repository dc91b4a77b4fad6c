"""The scores of a lesson's recorded runs that were trained for longer than those of its page."""

from __future__ import annotations

import json

from ..lesson_files import handed_out

FILE = "longer.json"


def longer_runs() -> dict[str, list[float]]:
    """Returns the scores, by arm, of this lesson's recorded runs with five times the steps of the page, in per cent.

    Raises FileNotFoundError if the lesson has none.
    """
    return json.loads(handed_out(FILE).read_text(encoding="utf-8"))
