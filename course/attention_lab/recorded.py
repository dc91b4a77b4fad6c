"""`checks.safetensors`: the recorded questions, expected observations and fingerprints of a lesson's visible check."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialize
from torch import Tensor

from . import compare, fingerprint

FILE = "checks.safetensors"
Observation = tuple[dict, dict[str, Tensor]]  # what attention_lab.observe gives: a header and tensors
KEY = "attention_lab"  # the one metadata entry


@dataclass
class Case:
    """One question with its expected observation. aspect: the check that it belongs to (a key of verdict.SHARES).

    mentions: numbers that the message of an expected error names. limit: elements that no storage may reach. peak: bytes
    by which the process may not grow.
    integer: an int must be an int. inputs: the arguments' names, for messages.
    secret: no message may hold an expected number, nor one from which it can be computed.
    """

    label: str
    aspect: str
    question: dict[str, Any]
    tensors: dict[str, Tensor]
    expected: dict[str, Any]
    expected_tensors: dict[str, Tensor]
    mentions: list[int] = field(default_factory=list)
    limit: int | None = None
    peak: int | None = None
    integer: bool = False
    inputs: list[str] = field(default_factory=list)
    secret: bool = False

    @cached_property
    def largest(self) -> dict[str, float]:
        """The largest element of each expected tensor."""
        return {name: compare.largest(tensor) for name, tensor in self.expected_tensors.items()}


@dataclass
class Mistake:
    """A catalogued mistake: the sentence that helps, and its fingerprint on every case."""

    id: str
    sentence: str
    fingerprints: list[tuple[str, Tensor]]


@dataclass
class Exercise:
    name: str
    points: float
    uses: list[str]
    cases: list[Case]
    mistakes: list[Mistake]

    @cached_property
    def scale(self) -> dict[str, float]:
        """See compare.scales."""
        return compare.scales([case.expected_tensors for case in self.cases if case.question["device"] == "cpu"])

    @cached_property
    def telling(self) -> list[set[int]]:
        """For each mistake, the cases on which it is seen."""
        right = [(fingerprint.fingerprint(case.expected, case.expected_tensors, case.mentions),
                  fingerprint.row_scales(case.expected_tensors, self.scale), case.question["dtype"]) for case in self.cases]
        apart = {i for i, case in enumerate(self.cases) if case.aspect in ("device", "memory")}  # large tensors round in many ways
        seen = [{i for i, theirs in enumerate(mistake.fingerprints) if not fingerprint.same(theirs, *right[i])}
                for mistake in self.mistakes]
        return [cases - apart or cases for cases in seen]  # they tell only the mistakes that nothing else tells


@dataclass
class Lesson:
    name: str
    title: str
    exercises: list[Exercise]


def _stored(tensor: Tensor) -> Tensor:
    """float64 numbers that float32 holds exactly are stored as float32."""
    narrow = tensor.float()
    exact = tensor.dtype == torch.float64 and torch.equal(narrow.double(), tensor)
    return (narrow if exact else tensor).clone(memory_format=torch.contiguous_format)


def _dtypes(case: Case) -> dict[str, str]:
    """The expected floats that have another dtype than their question (a table that is float32 by default)."""
    usual = f"torch.{case.question['dtype']}"
    return {name: str(t.dtype).removeprefix("torch.") for name, t in case.expected_tensors.items()
            if t.is_floating_point() and str(t.dtype) != usual}


def save(lesson: Lesson, path: Path) -> None:
    """Write `lesson` to `path`; the same lesson always gives the same bytes. A weight that several cases share is written once."""
    tensors: dict[str, Tensor] = {}
    exercises = []
    for e, exercise in enumerate(lesson.exercises):
        cases, first, same = [], {}, {}
        for c, case in enumerate(exercise.cases):
            for side, held in (("q", case.tensors), ("e", case.expected_tensors)):
                # numbered, because the file sorts its names and weights may have to be placed in the order of their definition
                for i, (name, t) in enumerate(held.items()):
                    key = f"{e}/{c}/{side}/{i:04d}/{name}"
                    if first.setdefault(id(t), key) == key:
                        tensors[key] = _stored(t)
                    else:
                        same[key] = first[id(t)]
            cases.append({key: getattr(case, key) for key in
                          ("label", "aspect", "question", "expected", "mentions", "limit", "peak", "integer", "inputs")}
                         | {"dtypes": _dtypes(case)})
        mistakes = [{"id": mistake.id, "sentence": mistake.sentence, "digests": [digest for digest, _ in mistake.fingerprints],
                     "rows": [len(numbers) for _, numbers in mistake.fingerprints]} for mistake in exercise.mistakes]
        if mistakes:  # all numbers as one tensor: a name for each would take more room than they do
            tensors[f"{e}/mistakes"] = torch.cat([numbers for mistake in exercise.mistakes for _, numbers in mistake.fingerprints])
        exercises.append({"name": exercise.name, "points": exercise.points, "uses": exercise.uses, "cases": cases,
                          "mistakes": mistakes} | ({"same": same} if same else {}))
    header = {"lesson": lesson.name, "title": lesson.title, "exercises": exercises}
    path.write_bytes(serialize(dict(sorted(tensors.items())), metadata={KEY: json.dumps(header, sort_keys=True)}))


def read_header(path: Path) -> dict[str, Any]:
    """The lesson's name, title and exercises (names, points) without any tensor. Raises ValueError where it is not readable."""
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads(file.metadata()[KEY])
        return {key: header[key] for key in ("lesson", "title", "exercises")}
    except (SafetensorError, OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not a file of recorded checks: {error}") from error


def load(path: Path, only: str | None = None) -> Lesson:
    """Read a lesson; `only`: the one exercise to read with its tensors. Raises ValueError where `path` is not readable."""
    header = read_header(path)
    with safe_open(path, framework="pt") as file:
        same = {name: first for entry in header["exercises"] for name, first in entry.get("same", {}).items()}
        names = sorted([*file.keys(), *same])

        def under(prefix: str) -> dict[str, Tensor]:
            held = {n.removeprefix(prefix).rpartition("/")[2]: file.get_tensor(same.get(n, n)) for n in names if n.startswith(prefix)}
            return {n: t.double() if t.dtype == torch.float32 else t for n, t in held.items()}

        exercises = []
        for e, entry in enumerate(header["exercises"]):
            if only is not None and entry["name"] != only:
                continue
            cases = []
            for c, case in enumerate(entry["cases"]):
                dtypes = case.pop("dtypes")
                expected = _expected(under(f"{e}/{c}/e/"), case["question"]["dtype"], dtypes)
                cases.append(Case(**case, tensors=under(f"{e}/{c}/q/"), expected_tensors=expected))
            mistakes = []
            if entry["mistakes"]:
                numbers = iter(file.get_tensor(f"{e}/mistakes").split([n for mistake in entry["mistakes"] for n in mistake["rows"]]))
                mistakes = [Mistake(mistake["id"], mistake["sentence"], [(digest, next(numbers)) for digest in mistake["digests"]])
                            for mistake in entry["mistakes"]]
            exercises.append(Exercise(entry["name"], entry["points"], entry["uses"], cases, mistakes))
    return Lesson(header["lesson"], header["title"], exercises)


def _expected(tensors: dict[str, Tensor], usual: str, dtypes: dict[str, str]) -> dict[str, Tensor]:
    """Expected tensors in the dtype of their question, or their own: what is stored as float32 may be a float64 of few digits."""
    return {name: t.to(getattr(torch, dtypes.get(name, usual))) if t.is_floating_point() else t for name, t in tensors.items()}
