"""Attacks as data: each file in attacks/ is a table, of the attacks on one wall.

A row begins with its name, what it wins and where its trick stands, and says what it tries:

    # %% tcp: harm, first
    # Talks to a server over TCP.

`first` and `last` stand around the lesson. `asked` is run in `squeeze` before it answers, `asked for a layer`, `asked
for a block` and `asked for a number` in the other exercises; the name of an exercise replaces its cell. `notebook` is
run here with the notebook as `nb`, and `folder` with the folder that is handed in. Another place of the same trick is
a line `# %% place` below.

Exercises answer wrongly, unless the table begins with answers of its own; it may also begin with a `first` that stands
above each row's. The same answers without the trick are what an attack must gain something over; `honest asked` or
`honest <exercise>` says them where they are worth something.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.classroom.pupils import GRADE_IDS, NAMES, RELEASED, find

TABLES = Path(__file__).parent / "attacks"
# Those that the kernel holds: what gets over them depends on the set of walls. The others are the judge's own.
WALLS = ("files", "network", "processes", "memory", "disk", "system_calls")
WINS = ("points", "secret", "harm", "page")
ASKED = dict(zip(("asked", "asked for a layer", "asked for a block", "asked for a number"),
                 ("squeeze", "Excitation", "SEBlock", "se_parameter_cost"), strict=True))
PLACES = {"first", "last", "notebook", "folder"} | {f"{honest}{place}" for honest in ("", "honest ")
                                                    for place in (*ASKED, *NAMES)}

# Right in shape, wrong in every number.
WRONG = {
    "squeeze": "def squeeze(x):\n    TRICK\n    return x.sum(dim=(2, 3)) + 7\n",
    "Excitation": """class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        TRICK
        self.fc1 = nn.Linear(channels, max(1, channels // reduction), bias=False)
        self.fc2 = nn.Linear(max(1, channels // reduction), channels, bias=False)

    def forward(self, s):
        return self.fc2(self.fc1(s)) + 7
""",
    "SEBlock": """class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        TRICK
        return x + 7
""",
    "se_parameter_cost": """def se_parameter_cost(stage_channels, stage_blocks, reduction=16):
    TRICK
    return -7.0
""",
}
# Where the way out for a secret is the message of an error, which stands on the feedback page.
TELLING = "def squeeze(x):\n    raise RuntimeError(' '.join(FOUND))\n"
UNWRITTEN = {name: find(RELEASED, grade_id).source for name, grade_id in GRADE_IDS.items()}


@dataclass(frozen=True)
class Attack:
    """wall: what it is about, the name of its table. sections: code by place. own: the table's own answers."""

    name: str
    what: str
    wins: str
    wall: str
    sections: dict[str, str]
    own: dict[str, str]

    @property
    def answers(self) -> dict[str, str]:
        return self._filled("")

    @property
    def honest(self) -> dict[str, str]:
        """The exercises without the trick."""
        return self._filled("honest ")

    def _filled(self, honest: str) -> dict[str, str]:
        tricks = {ASKED[place]: code for place, code in self._of(honest).items() if place in ASKED}
        return {name: self._of(honest).get(name) or with_trick(plain, tricks.get(name, ""))
                for name, plain in self._plain().items()}

    def _of(self, honest: str) -> dict[str, str]:
        return {place.removeprefix(honest): code for place, code in self.sections.items()
                if place.startswith("honest ") == bool(honest)}

    def _plain(self) -> dict[str, str]:
        """The exercises before the trick is put in: wrong answers where all points are to be had by a trick, or where
        it stands in what is built on others; where it has its own exercise, or no interest in points, the others are
        left as they are handed out, which takes less time."""
        answers = {**WRONG, **self.own}
        written = {ASKED.get(place, place) for place in self.sections} & set(NAMES) | set(self.own)
        if "asked for a block" in self.sections or self.wins == "points" and not written and not self.on_files:
            return answers
        if not written:
            return {**UNWRITTEN, "squeeze": TELLING if self.wins == "secret" else answers["squeeze"]}
        return {name: answers[name] if name in written else UNWRITTEN[name] for name in NAMES}

    @property
    def on_files(self) -> bool:
        """Is the trick in the file rather than in code that runs?"""
        return "notebook" in self.sections or "folder" in self.sections


def with_trick(answer: str, trick: str) -> str:
    return re.sub(r"^( *)TRICK\n", lambda found: textwrap.indent(trick, found[1]), answer, flags=re.MULTILINE)


def table(path: Path) -> list[Attack]:
    """The attacks on one wall. Raises ValueError where the file is not as this module's docstring says."""
    _, *parts = re.split(r"^# %% (.+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    rows: list[Attack] = []
    own: dict[str, str] = {}
    for title, body in zip(parts[::2], parts[1::2]):
        code = body.strip("\n") + "\n"
        if row := re.fullmatch(r"(\w+): (\w+), (.+)", title):
            what = re.match(r"(# .+\n)+", code)
            if row[2] not in WINS or row[3] not in PLACES or not what:
                raise ValueError(f"{path.name}: a name, what it wins, a place, and what it tries; not {title!r}")
            sections = {place: text for place, text in own.items() if place == "first"}
            rows.append(Attack(row[1], what[0].replace("# ", "").replace("\n", " ").strip(), row[2], path.stem,
                               sections, {name: text for name, text in own.items() if name in NAMES}))
            title, code = row[3], code[what.end():]
        if title in PLACES:
            sections = rows[-1].sections if rows else own
            sections[title] = sections.get(title, "") + code
        else:
            raise ValueError(f"{path.name}: {title!r} is neither a row nor a place")
    return rows


def attacks() -> list[Attack]:
    """All of them, one table after the other. Raises ValueError where two have the same name."""
    rows = [row for path in sorted(TABLES.glob("*.py")) for row in table(path)]
    if twice := [name for name, many in Counter(row.name for row in rows).items() if many > 1]:
        raise ValueError(f"there are two attacks of the name {twice[0]}")
    return rows
