"""`autograder verify --record`: trains a learner's record here, with their module in the sandbox.

This process holds the data, the network around the module, the loss, the optimizer, the steps and the score. The
learner's process holds only code. At each step it is given the module's numbers, an input and, later, a gradient. It
returns an output, a gradient for each number, and the new content of its buffers. Four things make sure that the
learner's process gains nothing from what it remembers:

- The pictures follow from a number that is drawn after the notebook was read.
- A second process, which has drawn other random numbers, is asked every step again, several steps at a time and the
  last one first. It must give the same answers for the same numbers.
- A third process computes the test, and has seen nothing of the training.
- The initial numbers of each parameter are put into another order.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

import torch
from nbformat import NotebookNode
from rich.console import Console
from rich.text import Text
from torch import Tensor, nn

from attention_lab.networks.adapters import PLUGS
from attention_lab.networks.record import LONGEST, MARK, RULES, Record, Rules, attempt, too_many
from attention_lab.tasks.five_tasks import WIDTH
from autograder.intake.files import read
from autograder.outward import on_terminal
from autograder.sandbox import validation
from autograder.sandbox.sandbox import Died, Sandbox, Worker
from autograder.worker import wire

KEPT = 50  # training steps until they are asked again
PIECE = 100  # pictures that are tested at once
CELL_SECONDS = 5.0  # of computing: for the record's cell, and to make the module
STEP_SECONDS = 0.25  # of computing for one step, on average
KINDS = (torch.float32, torch.int64)  # of what a module carries: numbers, and BatchNorm's counters
CLOSE = 1e-3  # of the largest number: what two computations of one step may differ by
CHANCE = SystemRandom()  # random numbers that nobody can know before


class Refused(ValueError):
    """A record that breaks the rules, and why."""


@dataclass(frozen=True)
class Entry:
    """The record that was handed in.

    source: the source of the record's cell.
    lessons: the code cells of the lessons beside it, by name.
    """

    source: str
    lessons: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def entry(path: Path) -> Entry:
    """Returns the record's cell of a notebook, and the lessons beside it, such as ../01_se/01_se.ipynb.

    Raises ValueError if a notebook can't be read. Raises Refused if there is no such cell, or if it is too long.
    """
    cells = [each["source"] for each in code_of(read(path)) if each["source"].lstrip().startswith(MARK)]
    if len(cells) != 1:
        raise Refused(f"{len(cells)} cells begin with `{MARK}`; a record is one cell")
    if len(cells[0]) > LONGEST:
        raise Refused(f"the record's cell has {len(cells[0]):,} characters; at most {LONGEST:,} are read")
    wanted = {plug.lesson for name, plug in PLUGS.items() if name in cells[0]}
    beside = {lesson: path.parent / ".." / lesson / f"{lesson}.ipynb" for lesson in sorted(wanted)}
    return Entry(cells[0], {lesson: code_of(read(each)) for lesson, each in beside.items() if each.is_file()})


def code_of(notebook: NotebookNode) -> list[dict[str, Any]]:
    """Returns a notebook's code cells, as `own_modules` reads them."""
    return [{"cell_type": "code", "source": cell.source, "metadata": cell.metadata}
            for cell in notebook.cells if cell.cell_type == "code"]


class Behind:
    """A process that holds a learner's module. The methods put the questions to it."""

    def __init__(self, sandbox: Sandbox, entry: Entry):
        self.worker: Worker = sandbox.worker()
        self.steps = 0
        try:
            self._run(entry)
        except Refused:
            self.close()
            raise

    def _run(self, entry: Entry) -> None:
        """Runs the record's cell, with the lessons beside it."""
        self._ask("names")
        for lesson, cells in entry.lessons.items():
            self._ask("beside", lesson=lesson, cells=cells)
        self.began = self.worker.cpu_seconds()
        said, _ = self._says({"op": "cell", "source": entry.source, "number": 0, "seconds": CELL_SECONDS})
        try:
            ran = validation.cell(said)
        except ValueError as error:
            raise Refused(f"its process gives no answer that can be read: {error}") from error
        if ran.late or ran.raised:
            why = f"{ran.raised.type}: {ran.raised.message}" if ran.raised else f"more than {CELL_SECONDS:g} seconds"
            raise Refused(f"its cell stops: {_short(why)}")

    def build(self, seed: int) -> dict[str, Tensor]:
        numbers = self._ask("build", seed=seed, channels=WIDTH)
        if any(tensor.dtype not in KINDS or not tensor.isfinite().all() for tensor in numbers.values()):
            raise Refused(f"the module's numbers must be finite, and of dtype {' or '.join(map(str, KINDS))}")
        if self.worker.cpu_seconds() - self.began > CELL_SECONDS:
            raise Refused(f"the module takes more than {CELL_SECONDS:g} seconds of computing to be made")
        self.began = self.worker.cpu_seconds()
        return numbers

    def output_of(self, numbers: Mapping[str, Tensor], x: Tensor, seed: int, training: bool) -> dict[str, Tensor]:
        self.steps += 1
        said = self._ask("output_of", {**numbers, "input": x}, seed=seed, training=training)
        buffers = {name for name in numbers if name.startswith("buffer/")} if training else set()
        return _checked(said, {"output": x, **{name: numbers[name] for name in buffers}})

    def gradients(self, numbers: Mapping[str, Tensor], x: Tensor, of: Tensor) -> dict[str, Tensor]:
        said = self._ask("gradients", {"output": of})
        known = {"input": x, **{name: tensor for name, tensor in numbers.items() if name.startswith("parameter/")}}
        return _checked(said, {name: tensor for name, tensor in known.items() if name in said})

    def took(self) -> None:
        """Raises Refused if a step took too long on average."""
        if self.worker.cpu_seconds() - self.began > STEP_SECONDS * self.steps + 1:
            raise Refused(f"a step takes more than {STEP_SECONDS:g} seconds of computing")

    def _ask(self, op: str, tensors: Mapping[str, Tensor] | None = None, **header: Any) -> dict[str, Tensor]:
        said, out = self._says({"op": op, **header}, tensors or {})
        if said:
            raise Refused(f"its module stops: {_short(str(said.get('raised') or said.get('unsent')))}")
        return out

    def _says(self, header: dict[str, Any],
              tensors: Mapping[str, Tensor] | None = None) -> tuple[dict[str, Any], dict[str, Tensor]]:
        try:
            return self.worker.ask(wire.Packed(header, dict(tensors or {})))
        except Died as death:
            raise Refused(f"its process ends: {death}") from death

    def close(self) -> None:
        self.worker.close()


class Far(nn.Module):
    """A learner's module as the training sees it: its numbers are here, and its code is in another process.

    In training, `trainer` computes, and `witness` is asked the same again. In tests, `examiner` computes.
    """

    def __init__(self, trainer: Behind, witness: Behind, examiner: Behind, seed: int, rules: Rules):
        super().__init__()
        self.trainer, self.witness, self.examiner = trainer, witness, examiner
        numbers = trainer.build(seed)
        if (count := sum(tensor.numel() for tensor in numbers.values())) > rules.most:
            raise Refused(too_many(count, rules))
        for other in (witness, examiner):
            if _shapes(other.build(CHANCE.getrandbits(31))) != _shapes(numbers):
                raise Refused("made a second time, the module has numbers of other names or shapes")
        self.names = [name for name in numbers if name.startswith("parameter/")]
        self.values = nn.ParameterList(nn.Parameter(numbers[name]) for name in self.names)
        self.left = {name: tensor for name, tensor in numbers.items() if name not in self.names}
        self.kept: list[_Step] = []

    def numbers(self) -> dict[str, Tensor]:
        own = {name: value.detach().clone() for name, value in zip(self.names, self.values)}
        return own | self.left

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            return _Through.apply(x, self, *self.values)
        return torch.cat([self._tested(piece) for piece in x.split(PIECE)])

    def _tested(self, piece: Tensor) -> Tensor:
        """Returns the output for some pictures. One of them, which nobody can know beforehand, is asked for once more,
        alone."""
        numbers, seed = self.numbers(), CHANCE.getrandbits(31)
        output = self.examiner.output_of(numbers, piece, seed, training=False)["output"]
        one = CHANCE.randrange(len(piece))
        alone = self.examiner.output_of(numbers, piece[one:one + 1], CHANCE.getrandbits(31), training=False)["output"]
        if not _close(alone[0], output[one]):
            raise Refused("a picture gets a different output if it is tested alone")
        return output

    def ask_again(self) -> None:
        """Raises Refused if a step of the training does not follow from the module's code and numbers. The last step is
        asked first, so that a process that remembers would have to know what it has not been asked yet."""
        for step in reversed(self.kept):
            found = self.witness.output_of(step.numbers, step.x, step.seed, training=True)
            found |= {f"gradient of {name}": tensor
                      for name, tensor in self.witness.gradients(step.numbers, step.x, step.of).items()}
            if found.keys() != step.found.keys() or not all(_close(found[name], each)
                                                            for name, each in step.found.items()):
                raise Refused("a step of the training depended on something other than the module's numbers, its input "
                              "and the random numbers that it was given")
        self.kept.clear()


@dataclass
class _Step:
    """The question of one step, and the answer: the output, the buffers and the gradients."""

    numbers: dict[str, Tensor]
    x: Tensor
    seed: int
    found: dict[str, Tensor]
    of: Tensor = field(default_factory=lambda: torch.empty(0))


class _Through(torch.autograd.Function):
    """The module's output and gradients, computed behind the wall."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, far: Far, *values: Tensor) -> Tensor:
        step = _Step(far.numbers(), x.detach().clone(), CHANCE.getrandbits(31), {})
        step.found = far.trainer.output_of(step.numbers, step.x, step.seed, training=True)
        far.left |= {name: tensor for name, tensor in step.found.items() if name != "output"}
        ctx.far, ctx.step = far, step
        return step.found["output"].clone()

    @staticmethod
    def backward(ctx: Any, of: Tensor) -> tuple[Tensor | None, ...]:
        far, step = ctx.far, ctx.step
        step.of = of.detach().contiguous()
        found = far.trainer.gradients(step.numbers, step.x, step.of)
        step.found |= {f"gradient of {name}": tensor for name, tensor in found.items()}
        far.kept.append(step)
        if len(far.kept) == KEPT:
            far.ask_again()
        return found.get("input"), None, *(found.get(name) for name in far.names)


def _checked(said: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns the answer of a learner's process if it has the names, shapes and kinds that were asked for."""
    if _shapes(said) != _shapes(wanted):
        raise Refused("the module's answer has the wrong form: "
                      f"{_short(str(_shapes(said)))} instead of {_short(str(_shapes(wanted)))}")
    if not all(tensor.isfinite().all() for tensor in said.values()):
        raise Refused("the module's answer is not finite")
    return dict(said)


def _shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[tuple[int, ...], str]]:
    return {name: (tuple(tensor.shape), str(tensor.dtype)) for name, tensor in sorted(tensors.items())}


def _close(one: Tensor, other: Tensor) -> bool:
    if not other.numel():
        return True
    return bool((one.double() - other.double()).abs().max() <= CLOSE * other.double().abs().max() + 1e-12)


def _short(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:300]} ..."


def trained(entry: Entry, sandbox: Sandbox, draw: int, rules: Rules = RULES,
            told: Callable[[str, int, float], None] = lambda task, seed, score: None) -> Record:
    """Trains and tests a record. Each run has three processes of its own.

    told: called with each run's score.

    Raises Refused if something is not within the rules.
    """
    scores: dict[str, tuple[float, ...]] = {}
    numbers = 0
    for task in rules.tasks:
        for seed in range(rules.seeds):
            with ExitStack() as stack:
                three = [stack.enter_context(closing(Behind(sandbox, entry))) for _ in range(3)]
                trainer, witness, examiner = three
                far = Far(trainer, witness, examiner, seed, rules)
                try:
                    score = attempt(partial(_given, far), task, seed, draw, rules)
                except FloatingPointError as error:
                    raise Refused(f"{task}, seed {seed}: {error}") from error
                far.ask_again()
                for each in three:
                    each.took()
                numbers = sum(tensor.numel() for tensor in far.numbers().values())
            scores[task] = (*scores.get(task, ()), score)
            told(task, seed, score)
    return Record(numbers, scores, rules)


def _given(far: Far, _channels: int) -> Far:
    return far


def verify_record(path: Path, isolation: str, console: Console, draw: int | None = None, rules: Rules = RULES) -> int:
    """Trains a notebook's record, and shows its scores. Returns the command's exit status: 0, or 1 if the record is
    refused.

    draw: decides which pictures are drawn. By default it is drawn here, after the notebook was read.

    Raises ValueError if the notebook can't be read, and NoLayers as a sandbox does.
    """
    def say(said: str) -> None:
        console.print(Text(on_terminal(said)), soft_wrap=True)

    try:
        read_first = entry(path)
        draw = secrets.randbelow(1 << 31) if draw is None else draw
        with Sandbox(isolation) as sandbox, console.status("training the record"):
            found = trained(read_first, sandbox, draw, rules,
                            lambda task, seed, score: say(f"{task}, seed {seed}: {score:.1f} % right"))
    except Refused as error:
        say(f"{path} is REFUSED: {str(error).removesuffix('.')}.")
        return 1
    for line in repr(found).splitlines():
        say(line)
    say(f"The pictures were drawn with --draw {draw}; with this number, anybody can repeat the same training.")
    return 0
