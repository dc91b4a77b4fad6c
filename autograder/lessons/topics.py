"""Loads a topic's folder: the reference, exercises, mistakes and drawings of one lesson. No other module imports a
topic by its name."""

from __future__ import annotations

import sys
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType

from .catalogue import Catalogue, Mistake, load
from .course import ROOT, own_lessons
from .declare import Exercise, Item, Repair

SOLUTIONS = ROOT / "solutions"


class Topic:
    """The modules in a topic's folder, each imported when it is first needed."""

    def __init__(self, folder: Path):
        self.folder, self.package = folder, f"solutions.{folder.name}"

    def has(self, file: str) -> bool:
        """Says whether the file exists. A lesson of somebody's own may have no drawings or questions for later.
        """
        return (self.folder / file).exists()

    def module(self, name: str) -> ModuleType:
        """Returns a module of the folder, such as "figures" or "parity.grl.adapter"."""
        return import_module(f"{self.package}.{name}")

    @cached_property
    def reference(self) -> ModuleType:
        return self.module("reference")

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises in the order of the lesson."""
        return self.module("exercises").EXERCISES

    @cached_property
    def repair(self) -> Repair | None:
        """The code that a learner repairs."""
        return getattr(self.module("exercises"), "REPAIR", None)

    @cached_property
    def used_later(self) -> dict[str, tuple[str, ...]]:
        """For each exercise, the layers that must be of the reference's kind, because a later cell of the page would
        fail with a layer of another kind."""
        return getattr(self.module("exercises"), "USED_LATER", {})

    @cached_property
    def catalogue(self) -> Catalogue:
        """What learners write in each exercise, right and wrong."""
        return load(self.folder, self.module, self.reference, [exercise.name for exercise in self.exercises])

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        return self.catalogue.mistakes

    @cached_property
    def review(self) -> tuple[Item, ...]:
        """The questions that `review()` asks about the lesson."""
        return self.module("review").ITEMS


def topic(where: str | Path) -> Topic:
    """Returns a topic. A name finds a topic of the course or of an instructor's own list. A folder finds a topic
    outside this repository.

    Raises ValueError if there is no such folder, or if a folder outside has the name of a topic in here.
    """
    folder = folder_of(where) if isinstance(where, str) else where.resolve()
    if not (folder / "reference.py").exists():
        raise ValueError(f"{folder} is not a topic's folder: it has no reference.py")
    made = _of_folder(folder)
    if folder.parent != SOLUTIONS:
        if (SOLUTIONS / folder.name).exists():
            raise ValueError(f"{folder} cannot be loaded: solutions/{folder.name} has the same name")
        package = sys.modules.setdefault(made.package, ModuleType(made.package))
        package.__path__ = [str(folder)]
    return made


@cache
def _of_folder(folder: Path) -> Topic:
    return Topic(folder)


def folder_of(name: str) -> Path:
    """Returns the folder of the topic of that name, even if it does not exist."""
    own = {lesson.topic: Path(lesson.folder).resolve() for lesson in own_lessons()}
    return own.get(name, SOLUTIONS / name)
