"""The pages of the atlas of mistakes: one for each lesson, and the front page, whose words are in atlas.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from autograder.lessons.catalogue import Mistake
from autograder.lessons.course import Lesson, lessons
from autograder.lessons.topics import topic
from builder.atlas.survey import recorded
from builder.atlas.wrong_line import lines
from docs.site.blocks import html
from docs.site.lesson import anchor

TEXT = Path(__file__).with_name("atlas.md").read_text(encoding="utf-8")
TITLES = {kind: title for title, kind in re.findall(r"### (.+)\n\n(?:[^#<].*\n)+<!-- (\S+) -->", TEXT)}
MOST = 12  # mistakes on a page


class Shown(NamedTuple):
    """A mistake on a lesson's page. told: what is recorded of it."""

    lesson: Lesson
    kind: str
    exercise: str
    told: dict[str, str]

    @property
    def title(self) -> str:
        return f"{TITLES[self.kind]}: {self.exercise}"

    @property
    def mistake(self) -> Mistake:
        return next(each for each in topic(self.lesson.topic).mistakes if each.id == self.told["id"])


def known(of: Sequence[Lesson]) -> Counter[str]:
    """How many known mistakes of these lessons are of each kind, and how many of them are silent."""
    entries = [entry for lesson in of for part in recorded(lesson).values() for entry in part["mistakes"].values()]
    return (Counter(kind for _, kind, _ in entries)
            + Counter("silent" for _, _, silent in entries if silent))


def chosen(lesson: Lesson) -> list[Shown]:
    """The mistakes on a lesson's page, in the order of atlas.md: one of each kind, and then a second one of another
    exercise, as long as there is room."""
    kinds = []
    for place, kind in enumerate(TITLES):
        of = [Shown(lesson, kind, exercise, part["shown"][kind]) for exercise, part in recorded(lesson).items()
              if kind in part["shown"]]
        turn = place % len(of) if of else 0  # so that not all are of the first exercise
        kinds.append(of[turn:] + of[:turn])
    best = [shown for row in zip_longest(*kinds) for shown in row if shown][:MOST]
    return sorted(best, key=lambda shown: [*TITLES].index(shown.kind))


def page(lesson: Lesson) -> str:
    """A lesson's page in MyST Markdown."""
    of = topic(lesson.topic)
    text = f"""# Known mistakes: {lesson.title}

The checks of [this lesson](../lessons/{lesson.name}.md) know {len(of.mistakes)} mistakes.
Here are some of them, as different as possible, and those that are hardest to notice come first.
You see what is wrong in the program, without the rest, which you write yourself, and below it the check's own words.
[The atlas](index.md) is about the kinds of mistakes in all lessons.
"""
    for shown in chosen(lesson):
        rows = re.sub("`(.+?)`", r"<code>\1</code>", f"<dt>Input</dt><dd>{escape(shown.told['input'])}</dd>"
                      f"<dt>Result</dt><dd>{escape(shown.told['prints'])}</dd>")
        wrong = lines(shown.mistake, of.reference)
        block = html(f'<div class="mistake"><pre tabindex="0">{wrong}</pre><dl>{rows}</dl></div>')
        text += f"\n## {shown.title}\n\n{block}\n> {shown.mistake.sentence}\n"
    return text


def front(of: Sequence[Lesson]) -> str:
    """The front page in MyST Markdown, with examples from these lessons, as few as possible from the same one."""
    counted, used, gaps = known(lessons()), Counter[str](), {"lessons": "\n".join(lesson.name for lesson in of)}
    gaps |= {"known": f"{counted.total() - counted['silent']:,}", "silent": f"{counted['silent']:,}"}
    everything = [shown for lesson in of for shown in chosen(lesson)]
    for kind in TITLES:
        gaps[kind] = f"\n**{counted[kind]:,}** known mistakes"
        examples = [shown for shown in everything if shown.kind == kind]
        if examples:
            shown = min(examples, key=lambda shown: used[shown.lesson.name])
            used[shown.lesson.name] += 1
            gaps[kind] += (f", such as [one in `{shown.exercise}`]({shown.lesson.name}.md#{anchor(shown.title)}):\n\n"
                           f"> {shown.mistake.sentence}")
    return re.sub("<!-- (.*?) -->", lambda gap: gaps[gap[1]], TEXT)
