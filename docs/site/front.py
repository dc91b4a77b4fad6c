"""The front page: index.md, with its gaps filled from lessons, the page for learners and a check that runs here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from attention_lab.checking.known.recorded import FOLDER
from attention_lab.checking.verdict import report
from attention_lab.notebook.check import verdict_on
from autograder.lessons.course import Lesson, files_of, lessons
from autograder.lessons.topics import topic
from autograder.recording import run_source
from docs.site import instrument, modules
from docs.site.blocks import html
from docs.site.lesson import outputs
from docs.site.lesson_map import drawing

TEXT = Path(__file__).with_name("index.md")
TABLE = re.compile("(?s)<!-- lessons,.*?-->\n(.*?)<!-- /lessons -->")  # of docs/learners.md, written by the build
PATHS = re.compile("(?s)<!-- paths,.*?-->\n(.*?)<!-- /paths -->")  # likewise
TOUCHED = instrument.Part("", "", "00_warmup", "look(weights[0], photo")
SHOWN = "01_se", "squeeze-over-batch"  # a mistake that Python and PyTorch say nothing about


def page(chosen: Sequence[Lesson], learners: str) -> str:
    """The page in MyST Markdown. learners: the site's page for learners."""
    table = re.sub(r"(?<=\d) (?=h|min)", "\N{NO-BREAK SPACE}", TABLE.search(learners)[1])
    lesson = {each.name: each for each in lessons()}
    known = {
        "instrument": outputs(instrument.cell(TOUCHED, lesson[TOUCHED.lesson])),
        "report": html(f'<div class="output">{red_report(*SHOWN)}</div>'),
        "map": html(modules.table()),
        "drawing": html(drawing("lessons/")),
        "paths": PATHS.search(learners)[1],
        "table": table,
        "lessons": "\n".join(f"lessons/{each.name}" for each in chosen),
    }
    return re.sub("<!-- (.*?) -->", lambda gap: known[gap[1]], TEXT.read_text(encoding="utf-8"))


def red_report(name: str, mistake: str) -> str:
    """What a check says in a notebook to somebody who made a known mistake, as HTML."""
    of = topic(next(each for each in lessons() if each.name == name).topic)
    made = next(each for each in of.mistakes if each.id == mistake)
    thing = run_source(made.source, of.reference, made.id)[made.exercise]
    return report.html(verdict_on(thing, files_of(name) / FOLDER))
