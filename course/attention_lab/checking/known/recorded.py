"""A lesson's folder `checks`. For each exercise it holds a file with recorded questions, expected observations and
fingerprints of mistakes."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

import torch
from safetensors import SafetensorError
from torch import Tensor

from ...storage import parsed
from ..facts import compare
from ..form import packing, values
from ..form.kinds import fits
from ..form.protocol import Observation, Question, plain, read
from . import fingerprint
from .fingerprint import Fingerprint

FOLDER, SUFFIX = "checks", ".check"
LENGTH = struct.Struct("<I")
# The limits of a file: its bytes, its bytes when unpacked, the bytes of its first line, and the numbers in all tensors
# of its cases. The course's largest file has 0.3 MB, unpacks to 0.7 MB and names 0.8 million numbers.
LARGEST, UNPACKED, FIRST_LINE, NUMBERS = 4 << 20, 16 << 20, 4 << 10, 8 << 20
# the errors that from_bytes raises
UNREADABLE = (SafetensorError, LookupError, RuntimeError, TypeError, ValueError, struct.error, zlib.error)
# the fields of a case that are kept as JSON
CASE = ("label", "check", "question", "expected", "mentions", "limit", "peak", "integer", "inputs")


@dataclass
class RecordedCase:
    """One question with its expected observation.

    check: the check that it belongs to (a key of verdict.SHARES).
    mentions: numbers that the message of an expected error must name.
    limit: the number of elements that no storage may reach.
    peak: the number of bytes by which the process may not grow.
    integer: whether an int must be an int.
    inputs: the arguments' names, for messages.
    secret: whether messages may hold no expected number, and none from which one can be computed.
    number: its place among all cases of its exercise, by which a mistake's fingerprint is found.
    """

    label: str
    check: str
    question: Question
    tensors: dict[str, Tensor]
    expected: Observation
    expected_tensors: dict[str, Tensor]
    mentions: list[int] = field(default_factory=list)
    limit: int | None = None
    peak: int | None = None
    integer: bool = False
    inputs: list[str] = field(default_factory=list)
    secret: bool = False
    number: int = 0

    @cached_property
    def largest(self) -> dict[str, float]:
        """The largest element of each expected tensor."""
        return {name: compare.largest(tensor) for name, tensor in self.expected_tensors.items()}

    def fingerprint(self, header: Observation, tensors: dict[str, Tensor]) -> Fingerprint:
        """Returns the part of an observation by which a mistake is recognised."""
        return fingerprint.fingerprint(header, tensors, self.mentions, refused=self.expected.raised is not None)

    @property
    def mixes_dtypes(self) -> bool:
        """Whether a tensor of the call has a dtype that differs from its question's."""
        given = [*self.question.args, *self.question.kwargs.values()]
        return any(isinstance(leaf, dict) and leaf.get("dtype") for node in given for _, leaf in values.leaves(node))

    @property
    def grain(self) -> str:
        """The coarsest dtype that the computation uses. Torch draws a module's initial weights in float32, and their
        last digit is not the same everywhere."""
        return "float32" if self.draws else self.question.dtype

    @property
    def draws(self) -> bool:
        """Whether the module keeps the initial weights that torch draws."""
        built = self.question.construct
        return built is not None and not built.load_weights


@dataclass
class RecordedMistake:
    """A catalogued mistake: the sentence that helps, and its fingerprint on every case of the exercise.

    fingerprints: one for each case, found by its number. A judge computes one only when it is looked at.
    grain: the coarsest dtype that its computation uses, if that is coarser than its question's; otherwise None.
    """

    id: str
    sentence: str
    fingerprints: Sequence
    grain: str | None = None


@dataclass
class RecordedExercise:
    """Everything with which an exercise is checked.

    hints: by mistake, or by a part of a headline, the number of the page's hint about it.
    shares: for some checks, what they are worth in this exercise (see verdict.SHARES).
    used_later: the layers that must be of the reference's kind, because a later cell of the page would fail with a
        layer of another kind.
    like: the exercise that this one imitates, if this is code that is repaired; otherwise empty. A file then has no
        cases, and of the mistakes only the one with which the code is handed out: `load` adds those of the other one.
    """

    name: str
    points: float
    uses: list[str]
    cases: list[RecordedCase]
    mistakes: list[RecordedMistake]
    hints: dict[str, int] = field(default_factory=dict)
    used_later: list[str] = field(default_factory=list)
    shares: dict[str, int] = field(default_factory=dict)
    like: str = ""

    @cached_property
    def scale(self) -> dict[str, float]:
        """The scales of the expected tensors, see compare.scales."""
        return compare.scales([case.expected_tensors for case in self.cases if case.question.device == "cpu"])

    @cached_property
    def right(self) -> list[Fingerprint]:
        """The fingerprint of each case's expected observation."""
        return [case.fingerprint(case.expected, case.expected_tensors) for case in self.cases]

    def is_wrong(self, i: int, answer: Fingerprint) -> bool:
        """Says whether an answer to case `i` differs from the right one."""
        return not fingerprint.same(answer, self.right[i], self.zero[i], self.cases[i].grain)

    @cached_property
    def apart(self) -> set[int]:
        """The cases by which a mistake is recognised only if no other case shows it. These are of two kinds. The
        tensors of some are large and may be rounded in many ways. The tensors of the others have different dtypes, and
        answers with many other mistakes go wrong there too."""
        return {i for i, case in enumerate(self.cases) if case.check in ("device", "memory") or case.mixes_dtypes}

    @cached_property
    def zero(self) -> list[list[float]]:
        """For each case, the sizes that count as zero in the rows of its expected fingerprint."""
        return [fingerprint.row_scales(case.expected_tensors, self.scale) for case in self.cases]


def repair(like: RecordedExercise, name: str, points: float,
           mistakes: Sequence[RecordedMistake] = ()) -> RecordedExercise:
    """Returns what checks code that is repaired, and that imitates the exercise `like`. mistakes: its own."""
    cases = [replace(case, question=replace(case.question, exercise=name),
                     label=case.label.replace(f"{like.name}(", f"{name}(")) for case in like.cases]
    return replace(like, name=name, points=points, cases=cases, mistakes=[*mistakes, *like.mistakes], hints={},
                   used_later=[], like=like.name)


@dataclass(frozen=True)
class Part:
    """The content of a file's first line: the lesson, and which of its exercises this is.

    written: when the build wrote the file, such as 2026-11-28T17:08:00; empty if no build did.
    """

    lesson: str
    title: str
    number: int
    exercise: str
    points: float
    written: str = field(default="", compare=False)


def _stored(tensor: Tensor) -> Tensor:
    """Returns float64 numbers as float32 if float32 holds them exactly."""
    narrow = tensor.float()
    exact = tensor.dtype == torch.float64 and torch.equal(narrow.double(), tensor)
    return (narrow if exact else tensor).clone(memory_format=torch.contiguous_format)


def _dtypes(case: RecordedCase) -> dict[str, str]:
    """Returns the dtypes of expected floats whose dtype differs from their question's, such as a table that is float32
    by default."""
    usual = f"torch.{case.question.dtype}"
    return {name: str(t.dtype).removeprefix("torch.") for name, t in case.expected_tensors.items()
            if t.is_floating_point() and str(t.dtype) != usual}


def parts(folder: Path) -> dict[str, Part]:
    """Returns the contents of a lesson's recorded checks, by exercise and in order. Raises ValueError if a file cannot
    be read."""
    found = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            with path.open("rb") as file:
                found.append(part_of(file.readline(FIRST_LINE)))
            if found[-1].exercise != path.stem:
                raise ValueError("its first line is of another kind")
        except (OSError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is not a file of recorded checks: {error}") from error
    return {part.exercise: part for part in sorted(found, key=lambda part: part.number)}


def part_of(data: bytes) -> Part:
    """Returns the content of the first line. Raises TypeError or ValueError if it is of another kind."""
    part = Part(**parsed(data.partition(b"\n")[0]))
    if not fits(part, Part):
        raise ValueError("its first line is of another kind")
    return part


def dated(data: bytes, written: str) -> bytes:
    """Returns a file that says when it was written."""
    return json.dumps(asdict(replace(part_of(data), written=written))).encode() + b"\n" + data.partition(b"\n")[2]


def load(folder: Path, name: str) -> RecordedExercise:
    """Loads one exercise of a lesson. Raises ValueError if its file cannot be read."""
    found = _read(folder, name)
    if not found.like:
        return found
    if not found.like.isidentifier() or (like := _read(folder, found.like)).like or any(
            len(mistake.fingerprints) != len(like.cases) for mistake in found.mistakes):
        raise ValueError(f"{folder / name}{SUFFIX} is not a file of recorded checks: it imitates {found.like[:60]!r}")
    return repair(like, name, found.points, found.mistakes)


def _read(folder: Path, name: str) -> RecordedExercise:
    path = folder / f"{name}{SUFFIX}"
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ValueError(f"it has more than {LARGEST:,} bytes")
        return from_bytes(data, UNPACKED)
    except (OSError, *UNREADABLE) as error:
        raise ValueError(f"{path} is not a file of recorded checks: {error}") from error


def load_all(folder: Path) -> list[RecordedExercise]:
    """Loads every exercise of a lesson, in order. Raises ValueError if a file cannot be read."""
    return [load(folder, name) for name in parts(folder)]


class _Shelf:
    """Tensors by number; equal tensors are stored once."""

    def __init__(self) -> None:
        self.tensors: dict[str, Tensor] = {}
        self.numbers: dict[tuple, int] = {}

    def put(self, tensor: Tensor) -> int:
        stored = _stored(tensor)
        content = str(stored.dtype), tuple(stored.shape), stored.reshape(-1).view(torch.uint8).numpy().tobytes()
        number = self.numbers.setdefault(content, len(self.numbers))
        self.tensors.setdefault(str(number), stored)
        return number


def to_bytes(exercise: RecordedExercise, lesson: str = "", title: str = "", number: int = 0, effort: int = 9) -> bytes:
    """Returns a recorded exercise as a file. Its first line is JSON (its Part). The compressed rest holds the length of
    a JSON header, the header, and the tensors.

    Cases list their tensors as [name, number]. They keep their own order, because weights may have to be placed by it.
    Equal rows of fingerprints are stored only once, because many mistakes change only a part of an observation.

    effort: zlib's effort, from 1 (fast) to 9 (small).
    """
    shelf, cases = _Shelf(), []
    digests: dict[str, int] = {}
    rows: dict[tuple[float, ...], int] = {}
    for case in exercise.cases:
        fields = {key: plain(getattr(case, key)) for key in CASE}
        cases.append(fields | {"dtypes": _dtypes(case),
                               "tensors": [[name, shelf.put(t)] for name, t in case.tensors.items()],
                               "expected_tensors": [[name, shelf.put(t)] for name, t in case.expected_tensors.items()]})
    mistakes = []
    for mistake in exercise.mistakes:
        numbered = [case.number for case in exercise.cases] or range(len(mistake.fingerprints))
        prints = [[digests.setdefault(digest, len(digests)),
                   [rows.setdefault(tuple(row), len(rows)) for row in numbers.tolist()]]
                  for digest, numbers in (mistake.fingerprints[number] for number in numbered)]
        mistakes.append({"id": mistake.id, "sentence": mistake.sentence, "grain": mistake.grain,
                         "fingerprints": prints})
    shelf.tensors["rows"] = torch.tensor(list(rows), dtype=torch.float64).reshape(-1, fingerprint.WIDTH).T.contiguous()
    specs, body = packing.pack(shelf.tensors)
    header = json.dumps([{"name": exercise.name, "points": exercise.points, "uses": exercise.uses, "cases": cases,
                          "mistakes": mistakes, "digests": list(digests), "hints": exercise.hints,
                          "used_later": exercise.used_later, "shares": exercise.shares}
                         | ({"like": exercise.like} if exercise.like else {}), specs],
                        separators=(",", ":")).encode()
    content = LENGTH.pack(len(header)) + header + _by_place(body)
    part = asdict(Part(lesson, title, number, exercise.name, exercise.points))
    part.pop("written")  # so that the same exercise always gives the same bytes
    return json.dumps(part).encode() + b"\n" + zlib.compress(content, effort)


def from_bytes(data: bytes, most: int = 0) -> RecordedExercise:
    """Returns the exercise that `to_bytes` wrote. Raises one of UNREADABLE for anything else.

    most: the number of bytes to which a stranger's file may unpack; its cases may then name at most NUMBERS numbers. 0
        for our own files.
    """
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(data.partition(b"\n")[2], most)
    if not unpacking.eof:
        raise ValueError("it is cut off, or it is larger when unpacked than any exercise")
    end = LENGTH.size + LENGTH.unpack_from(content)[0]
    header, specs = json.loads(content[LENGTH.size:end])
    tensors = packing.unpack(specs, _in_order(content[end:]))
    rows, digests = tensors.pop("rows").T.contiguous(), header["digests"]
    if most and (many := _numbers_named(header["cases"], tensors)) > NUMBERS:
        raise ValueError(f"its cases name tensors of {many:,} numbers; at most {NUMBERS:,} are read")

    def held(named: list[list]) -> dict[str, Tensor]:
        found = {name: tensors[str(number)] for name, number in named}
        return {name: t.double() if t.dtype == torch.float32 else t for name, t in found.items()}

    cases = []
    for number, case in enumerate(header["cases"]):
        expected = _expected(held(case.pop("expected_tensors")), case["question"]["dtype"], case.pop("dtypes"))
        typed = {"question": read(Question, case["question"]), "expected": read(Observation, case["expected"])}
        cases.append(RecordedCase(**case | typed | {"tensors": held(case["tensors"]), "expected_tensors": expected,
                                                    "number": number}))
    mistakes = [RecordedMistake(m["id"], m["sentence"], [(digests[digest], rows[n]) for digest, n in m["fingerprints"]],
                                m["grain"]) for m in header["mistakes"]]
    if cases and any(len(mistake.fingerprints) != len(cases) for mistake in mistakes):
        raise ValueError("a mistake has more or fewer fingerprints than there are cases")
    return RecordedExercise(header["name"], header["points"], header["uses"], cases, mistakes, header["hints"],
                            header["used_later"], header.get("shares", {}), header.get("like", ""))


def _numbers_named(cases: list[dict], tensors: dict[str, Tensor]) -> int:
    """Returns how many numbers the cases' tensors hold. Each mention of a stored tensor becomes a tensor of its own."""
    return sum(tensors[str(number)].numel() for case in cases for key in ("tensors", "expected_tensors")
               for _, number in case[key])


def _by_place(body: bytes) -> bytes:
    """Returns the first byte of every eight, then the second byte of every eight, and so on. Then exponents are next to
    exponents, and compress well."""
    return b"".join(body[place::8] for place in range(8))


def _in_order(body: bytes) -> bytes:
    """Reverses `_by_place`."""
    whole, begin = bytearray(len(body)), 0
    for place in range(8):
        size = len(range(place, len(body), 8))
        whole[place::8] = body[begin:begin + size]
        begin += size
    return bytes(whole)


def _expected(tensors: dict[str, Tensor], usual: str, dtypes: dict[str, str]) -> dict[str, Tensor]:
    """Returns expected tensors in the dtype of their question, or in their own. A float64 tensor may be stored as
    float32, if float32 holds its numbers exactly."""
    return {name: t.to(values.DTYPE[dtypes.get(name, usual)]) if t.is_floating_point() else t
            for name, t in tensors.items()}
