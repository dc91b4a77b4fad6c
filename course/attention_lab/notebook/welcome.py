"""What a lesson's first cell shows: where you are in the course, how long the rest of the lesson takes, and how many
questions wait for `review()`. It also brings the page's look."""

from __future__ import annotations

import tomllib
from datetime import date
from html import escape
from pathlib import Path

from ..checking.known import recorded
from ..checking.verdict.report import GOOD, number
from ..lesson_files import around
from .course_map import LIST, duration
from .map_drawing import ring
from .progress import rows, total
from .review import questions

# JupyterLab shows several documents in one page, so every rule begins with the notebook whose first cell this is. In an
# exported page, that is the whole page.
STYLE = Path(__file__).with_name("page.css")
# JupyterLab looked for the pictures before the cell brought them, and does not look again by itself. It also takes
# cells out of the page that are scrolled away, so the notebook itself keeps the mark and the style.
SCRIPT = """<script>
for (const style of document.querySelectorAll("style.attention-lab")) {
  const panel = style.closest(".jp-NotebookPanel");
  if (!panel) continue;
  panel.classList.add("attention-lab-page");
  panel.querySelector(":scope > style.attention-lab")?.remove();
  panel.append(style);
}
for (const picture of document.querySelectorAll("img[src*='/figures/']"))
  if (!picture.naturalWidth) picture.src += (picture.src.includes("?") ? "&" : "?") + "again";
</script>"""


class Welcome:
    """The card of a lesson, as HTML or text.

    lesson: the lesson's name. One that is not the course's has no place in it and no minutes.
    folder: the notebook's folder.
    """

    def __init__(self, lesson: str, folder: Path):
        listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["lesson"]
        beside = around(folder)
        self.rings = []  # for each lesson of the course: its name, its part that is solved, and whether it is this one
        self.says = []
        for each in listed:
            place, files = beside.get(each["name"], (folder, None))
            try:
                got, most = total(rows(place, files / recorded.FOLDER)) if files else (0.0, 0.0)
            except ValueError:  # damaged checks: a check itself says so
                got, most = 0.0, 0.0
            self.rings.append((each["name"], got / most if most else 0.0, each["name"] == lesson))
            if each["name"] == lesson and most:
                left = round(each["minutes"] * (1 - got / most) / 5) * 5
                self.says += [f"{number(got)} of {number(most)} points"] * bool(got)
                self.says.append(f"about {duration(left)} left" if left and got else
                                 f"about {duration(left)}" if left else "solved")
        today = date.today()
        due = sum(each.due <= today for each in questions(folder))
        self.due = f"{due} question{'s' * (due > 1)} to review: write `review()` into a new cell." if due else ""
        self.place = next((f"Lesson {name.partition('_')[0]}" for name, _, here in self.rings if here), "")
        self.done = sum(part == 1 for _, part, _ in self.rings)

    def __repr__(self) -> str:
        course = f"{self.done} of {len(self.rings)} lessons solved" if self.done else ""
        return "\n".join(filter(None, [" · ".join(filter(None, [self.place, *self.says, course])), self.due]))

    def _repr_html_(self) -> str:
        style = f'<style class="attention-lab">{STYLE.read_text(encoding="utf-8")}</style>'
        if not repr(self):
            return style + SCRIPT
        begun = any(part for _, part, _ in self.rings)
        rings = "".join(_ring(place, part, here) for place, (_, part, here) in enumerate(self.rings)) if begun else ""
        wide = 18 * len(self.rings)
        drawn = (f'<svg width="{wide}" height="20" viewBox="0 0 {wide} 20" role="img" style="max-width:100%" '
                 f'aria-label="{self.done} of {len(self.rings)} lessons solved">{rings}</svg>') if rings else ""
        due = escape(self.due).replace("`review()`", "<code>review()</code>")
        line = f"<b>{escape(self.place)}</b> {' · '.join(['', *map(escape, self.says)])}" if self.place else ""
        return (f'{style}<div class="attention-lab-card" style="display:flex;flex-wrap:wrap;gap:4px 16px;'
                f'align-items:center;padding:6px 12px;border-left:4px solid {GOOD}">'
                f"{drawn}<span>{line}</span>{f'<span>{due}</span>' if due else ''}</div>{SCRIPT}")


def _ring(place: int, part: float, here: bool) -> str:
    x = 9 + 18 * place
    return ring(x, 10, part) + (f'<circle cx="{x}" cy="10" r="2.5" fill="currentColor"/>' if here else "")
