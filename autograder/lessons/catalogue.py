"""A topic's catalogue: what learners write in each exercise. `catalogue/<exercise>.py` holds plain data.

    RIGHT       {name: code}: right answers in other styles
    MISTAKES    known mistakes, each with the sentence that its author should read
    WRONG       further wrong answers, each with what its report must say
    HINTS       {part of a headline: the number of the page's hint about it}, for what is told of any mistake
    EQUIVALENT  mutants of the reference that lose no points, and rightly so, such as "3: 1 -> 0"

Code is a whole program, or edits of one: {old text: new text}. Edits apply one after another to the reference's
definition, or to the answer that `of` names, which is a whole program itself. Each old text stands there exactly once.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import TypeVar

FOLDER = "catalogue"
# what the first cell of a page imports, for answers that use it, and what the signatures of references name
IMPORTS = ("import math\nfrom collections.abc import Callable, Sequence\nfrom typing import Any\n\nimport torch\n"
           "import torch.nn.functional as F\nfrom torch import Tensor, nn\n\n\n")

Code = str | Mapping[str, str]

# Each entry's `exercise` and `source`, the whole program, are filled in when the file is read.


@dataclass(frozen=True)
class Mistake:
    """A known mistake.

    hint: the number of the page's hint that is about it, or 0.
    grain: "float32" if the mistake rounds float64 numbers to float32, or uses weights of its own that torch drew in
        float32. Its last digits are then different on another processor. If nothing but rounding is wrong, the mistake
        is recognised by the size of its rounding errors.
    """

    id: str
    sentence: str
    code: Code
    of: str = ""
    hint: int = 0
    grain: str | None = None
    exercise: str = ""
    source: str = ""


@dataclass(frozen=True)
class Right:
    """A right answer."""

    id: str
    code: Code
    of: str = ""
    exercise: str = ""
    source: str = ""


@dataclass(frozen=True)
class Wrong:
    """A wrong answer.

    mistake: the id of the known mistake that it makes.
    says: a part of its report's headline, if that is no known mistake's sentence.
    unseen: why no check in this process shows that it is wrong.
    """

    id: str
    code: Code
    of: str = ""
    mistake: str = ""
    says: str = ""
    unseen: str = ""
    exercise: str = ""
    source: str = ""

    def told(self, mistake: str | None, headline: str) -> bool:
        """Says whether a report names the mistake, or says what it must say. mistake: the id that it names."""
        return mistake == self.mistake if self.mistake else self.says in headline


Entry = TypeVar("Entry", Mistake, Right, Wrong)


@dataclass(frozen=True)
class Catalogue:
    """All entries of a topic, in the order of its exercises. hints: of each exercise. equivalent: names of mutants."""

    mistakes: tuple[Mistake, ...] = ()
    right: tuple[Right, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    equivalent: tuple[str, ...] = ()
    hints: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def load(folder: Path, module: Callable[[str], ModuleType], reference: ModuleType,
         exercises: Iterable[str]) -> Catalogue:
    """Returns the catalogue in a topic's folder. module: imports a module of the folder.

    Raises ValueError, with the file and the entry, if an edit does not apply, if a name occurs twice, or if a file, an
    entry's `of` or its `mistake` names nothing.
    """
    names = list(exercises)
    for path in sorted((folder / FOLDER).glob("*.py")):
        if path.stem not in names:
            raise ValueError(f"{path}: the file is named after {path.stem!r}, which is no exercise of the lesson")
    parts = [_part(name, module(f"{FOLDER}.{name}"), reference) for name in names
             if (folder / FOLDER / f"{name}.py").exists()]
    made = Catalogue(tuple(m for part in parts for m in part.mistakes), tuple(r for part in parts for r in part.right),
                     tuple(w for part in parts for w in part.wrong),
                     tuple(mutant for part in parts for mutant in part.equivalent),
                     {name: hints for part in parts for name, hints in part.hints.items()})
    unique([mistake.id for mistake in made.mistakes], f"{folder / FOLDER}: two mistakes")
    return made


def _part(exercise: str, file: ModuleType, reference: ModuleType) -> Catalogue:
    right = tuple(Right(name, code) for name, code in getattr(file, "RIGHT", {}).items())
    mistakes: tuple[Mistake, ...] = getattr(file, "MISTAKES", ())
    wrong: tuple[Wrong, ...] = getattr(file, "WRONG", ())
    answers: tuple[Right | Wrong, ...] = (*right, *wrong)
    unique([each.id for each in answers], f"{file.__file__}: two answers")
    programs = {each.id: dedented(each.code) for each in answers if isinstance(each.code, str)}
    programs[""] = definition(reference, exercise)
    for each in wrong:
        if each.mistake and each.mistake not in [mistake.id for mistake in mistakes]:
            raise ValueError(f"{file.__file__}, {each.id}: there is no mistake {each.mistake!r}")

    def resolved(entry: Entry) -> Entry:
        if entry.of not in programs:
            raise ValueError(f"{file.__file__}, {entry.id}: {entry.of!r} is no answer that is a whole program")
        source = (dedented(entry.code) if isinstance(entry.code, str)
                  else applied(entry.code, programs[entry.of], f"{file.__file__}, {entry.id}"))
        return replace(entry, exercise=exercise, source=source if isinstance(entry, Mistake) else IMPORTS + source)

    return Catalogue(tuple(map(resolved, mistakes)), tuple(map(resolved, right)), tuple(map(resolved, wrong)),
                     tuple(f"{exercise} {mutant}" for mutant in getattr(file, "EQUIVALENT", ())),
                     {exercise: getattr(file, "HINTS", {})})


def dedented(code: str) -> str:
    return textwrap.dedent(code).strip() + "\n"


def unique(names: list[str], what: str) -> None:
    """Raises ValueError if a name occurs twice. what: how the message begins."""
    if double := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{what} are called {', '.join(sorted(double))}")


def definition(reference: ModuleType, exercise: str) -> str:
    """Returns the text of an exercise's definition in the reference."""
    return inspect.getsource(getattr(reference, exercise))


def program(mistake: Mistake, reference: ModuleType) -> str:
    """Returns the whole program of a mistake that is made in the reference."""
    if isinstance(mistake.code, str):
        return dedented(mistake.code)
    return applied(mistake.code, definition(reference, mistake.exercise), mistake.id)


def applied(edits: Mapping[str, str], text: str, entry: str) -> str:
    """Returns the text with each old text replaced by the new one. entry: named in the error.

    Raises ValueError if an old text does not stand there exactly once.
    """
    for old, new in edits.items():
        if text.count(old) != 1:
            raise ValueError(f"{entry}: {old!r} stands {text.count(old)} times in the text, not once")
        text = text.replace(old, new)
    return text
