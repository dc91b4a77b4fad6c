"""A cause of wrong answers, and which causes explain them all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

CLAIM = " The rest is right."
CLAIMS = re.compile(r"^(The numbers are right, but|Another convention:) (.)")


@dataclass
class Cause:
    """A cause that an explainer sees.

    sentence: says it, for a learner.
    explains: the failing cases that it explains.
    rest: the failing cases that it should explain and does not.
    stopped: of the others, those in which the code stopped by accident, which it need not explain.
    mistake: the id of the known mistake that it is, or None.
    telling: whether it is surely there, although it does not explain all.
    claims: whether the sentence may say what else is right. It may not if weights had no place, for then nothing was
        computed.
    specific: whether it points at the mistake, or says only what is seen.
    shown: the case that shows it, if that is not the leading one.
    """

    sentence: str
    explains: set[int]
    rest: set[int] = field(default_factory=set)
    stopped: set[int] = field(default_factory=set)
    mistake: str | None = None
    telling: bool = True
    claims: bool = True
    specific: bool = True
    shown: int | None = None

    @property
    def whole(self) -> bool:
        return not self.rest

    @property
    def modest(self) -> str:
        return modest(self.sentence)


def modest(sentence: str) -> str:
    """Returns a sentence without a claim about what else is right: only a cause that explains all cases may make it."""
    return CLAIMS.sub(lambda m: m[2].upper(), sentence.replace(CLAIM, ""))


@dataclass
class Cover:
    """One cause or two that explain all failing cases; or one that is surely there, and does not explain the `rest`."""

    causes: tuple[Cause, ...]
    rest: set[int] = field(default_factory=set)

    @property
    def mistake(self) -> str | None:
        """The id of the known mistake that comes first."""
        return self.causes[0].mistake

    @property
    def sentence(self) -> str:
        first, *second = self.causes
        if second:
            return f"Two mistakes. First: {first.modest} Second: {second[0].modest}"
        if self.rest and first.mistake:
            return (f"One of your mistakes: {first.modest} It does not explain {len(self.rest)} of your "
                    f"{len(self.rest) + len(first.explains)} wrong cases.")
        return first.sentence if first.claims and not first.stopped else first.modest


def whole(causes: Iterable[Cause]) -> Cover | None:
    """Returns the cause that explains all failing cases, and most of them."""
    best = max((cause for cause in causes if cause.whole), key=lambda cause: len(cause.explains), default=None)
    return Cover((best,)) if best else None


def two(causes: list[Cause], leading: int) -> Cover | None:
    """Returns two causes that explain all failing cases together, if it is clear which. leading: the case that the
    first must explain."""
    for first in sorted((cause for cause in causes if leading in cause.explains), key=lambda cause: len(cause.rest)):
        seconds = [second for second in causes if second is not first and first.rest & second.explains
                   and not (first.rest - second.explains or second.rest - first.explains)]
        if len({second.sentence for second in seconds}) == 1:
            return Cover((first, seconds[0]))
    return None


def part(causes: Iterable[Cause], leading: int) -> Cover | None:
    """Returns the cause that explains most, of those that are surely there and explain the leading case."""
    sure = (cause for cause in causes if cause.telling and leading in cause.explains)
    best = max(sure, key=lambda cause: len(cause.explains), default=None)
    return Cover((best,), best.rest) if best else None
