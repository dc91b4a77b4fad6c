"""`my_net`: a small network of your own, built with the blocks that you have solved, and the leaderboard of everything
you have tried.

    my_net()                     the plain network
    my_net(SEBlock)              with this page's block at both of its places
    my_net("SE", CBAM)           with an earlier lesson's block, by name, at the first place
    my_net(MyBlock)              with any module of your own that is made from a number of channels

It answers five kinds of questions about small pictures (`five_tasks`), each of which needs a different kind of context.
In a lesson's folder, the leaderboard is a file beside the lessons' folders, so it grows from lesson to lesson. Anywhere
else it is in the current folder. An update of the course does not change it.
"""

from __future__ import annotations

import difflib
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...checking.form.kinds import fits
from ...checking.verdict.report import GOOD, OPEN
from ...lesson_files import kit, topics
from ...networks.cost import cost
from ...networks.training import train
from ...short_errors import Unusable
from ...storage import bounded, found, keep, put_beside
from ...threads import one_thread
from .adapters import PLUGS, Plug
from .five_tasks import SIDE, TASKS, UNASKED, WIDTH, conv, questions, right
from .own_modules import mine
from .pictures.leaderboard import pareto_front

FILE = ".my_net.json"
PLACES, NOTHING = 2, "nothing"
LEARNED, TESTED = 2000, 300  # pictures for each kind of question
EPOCHS, BATCH, PEAK_RATE = 4, 16, 0.01
RUNS = 100  # how many runs of one network are kept, the newest ones
LONGEST = 31  # characters of a block's own name; two of them have room on the leaderboard
OTHERS = ". If it needs other arguments, give a function: my_net(lambda channels: ...)"
SHOWN = 10  # rows of the leaderboard that are shown; the newest one is always among them
BLOCKS = {**PLUGS, "DANet position, by rows": Plug("05b_memory", "EfficientPositionAttention",
                                                   lambda made, c: made(c, 2))}


class MyBlock(nn.Module):
    """Computes x + mix(module(near(x))), (B, 16, H, W) -> (B, 16, H, W); near and mix are convolutions with BatchNorm
    and ReLU."""

    def __init__(self, kernel_size: int, module: nn.Module) -> None:
        super().__init__()
        self.near, self.module, self.mix = conv(WIDTH, kernel_size), module, conv(WIDTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(self.module(self.near(x)))


class MyNet(nn.Module):
    """A stem, one block for each module, and linear heads: (n, 3, 24, 24) -> [(n, classes, 12, 12)], the scores of each
    of TASKS. The pictures may have one more axis in front, (B, 5, 3, 24, 24); then n is 5 B. Without modules, no
    position sees more than 7 x 7 pixels.
    """

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        super().__init__()
        self.stem = conv(3, 3, stride=2)
        self.blocks = nn.Sequential(*(MyBlock(1 if place else 3, module) for place, module in enumerate(modules)))
        self.heads = nn.ModuleList(nn.Conv2d(WIDTH, task.classes, kernel_size=1) for task in TASKS.values())

    def forward(self, pictures: Tensor) -> list[Tensor]:
        features = self.blocks(self.stem(pictures.flatten(0, -4)))
        return [head(features) for head in self.heads]


@dataclass
class Row:
    """A network on the leaderboard.

    blocks: the blocks' names, one for each place.
    runs: for each run, which has its own seed, the right answers in per cent for each kind of question.
    parameters: the trainable ones. multiply_adds, latency: for one picture, in seconds.
    """

    blocks: list[str]
    runs: list[list[float]]
    parameters: int
    multiply_adds: int
    latency: float

    @property
    def scores(self) -> list[float]:
        """The mean over the kinds of question, for each run."""
        return [statistics.fmean(kinds) for kinds in self.runs]

    @property
    def score(self) -> float:
        """The mean over the runs and the kinds of question, in per cent."""
        return statistics.fmean(self.scores)

    @property
    def kinds(self) -> list[float]:
        """The mean over the runs, for each kind of question."""
        return [statistics.fmean(kind) for kind in zip(*self.runs)]

    @property
    def name(self) -> str:
        return ", ".join(self.blocks)


class Board:
    """The leaderboard, with the best network first, shown when it is the last line of a cell.

    newest: the network that ran last.
    """

    def __init__(self, rows: list[Row], newest: Row, said: str = "") -> None:
        self.rows, self.newest, self.said = sorted(rows, key=lambda row: -row.score), newest, said

    def _lines(self) -> list[tuple[int, Row, list[str]]]:
        """Returns (place, row, the texts of its columns) for each row that is shown."""
        front = pareto_front({row.name: (row.multiply_adds, row.score) for row in self.rows}, LUCK)
        lines = []
        for place, row in enumerate(self.rows, 1):
            if place <= SHOWN or row is self.newest:
                scores = row.scores
                runs = f"{len(scores)} runs, {min(scores):.1f} to {max(scores):.1f}" if scores[1:] else "one run"
                kinds = [f"{kind:.0f}" for kind in row.kinds]
                costs = f"{row.parameters:,}", f"{row.multiply_adds:,}", f"{1e6 * row.latency:,.0f} µs"
                lines.append((place, row, [f"{row.score:.1f} %", "★" * (row.name in front), runs, *kinds, *costs]))
        return lines

    def _more(self) -> str:
        hidden = len(self.rows) - len(self._lines())
        return " ".join(filter(None, [STAR, f"{hidden} more networks are on the leaderboard." if hidden else "",
                                      self.said]))

    def __repr__(self) -> str:
        lines = ["     " + HEAD.format("blocks", *COLUMNS)]
        lines += [f"{'>' if row is self.newest else ' '}{place:3} " + HEAD.format(row.name, *cells)
                  for place, row, cells in self._lines()]
        asked = [f"{name}: {task.question}" for name, task in TASKS.items()]
        return "\n".join([*lines, "     " + HEAD.format(*GUESSING), self._more(), *asked])

    def _repr_html_(self) -> str:
        cell = "<td style='text-align:{};white-space:nowrap'>{}</td>".format
        rows = ""
        for place, row, cells in self._lines():
            strong = f"font-weight:600;outline:2px solid {GOOD}" if row is self.newest else ""
            better = max(0, round(100 * (row.score - GUESS) / (100 - GUESS)))  # than chance
            bar = (f'<div style="width:100px;height:10px;border:1px solid {OPEN};border-radius:5px;overflow:hidden">'
                   f'<div style="width:{better}px;height:10px;background:{GOOD}"></div></div>')
            rows += (f'<tr style="{strong}">{cell("right", place)}{cell("left", escape(row.name))}{cell("left", bar)}'
                     + "".join(cell("right", each) for each in cells) + "</tr>")
        rows += "<tr>" + "".join(cell("right", each) for each in ("", GUESSING[0], "", *GUESSING[1:])) + "</tr>"
        head = "".join(f"<th>{name}</th>" for name in ("", "blocks", "", *COLUMNS))
        asked = "".join(f"<li><b>{name}</b>: {task.question}</li>" for name, task in TASKS.items())
        return (f"<table><tr>{head}</tr>{rows}</table><p>{escape(self._more())}</p>"
                f"<details><summary>What each column asks</summary><ul>{asked}</ul></details>")


LUCK = 1.0  # points; a smaller lead over a cheaper network may be luck, because two seeds differ by about as much
STAR = f"★: nothing that costs fewer multiply-adds comes within {LUCK:g} point."
COLUMNS = "right", "", "", *TASKS, "parameters", "multiply-adds", "latency"
_CHANCES = [100 / task.classes for task in TASKS.values()]
GUESS = statistics.fmean(_CHANCES)  # where the bars begin
GUESSING = "guessing", f"{GUESS:.0f} %", "", "", *(f"{chance:.0f}" for chance in _CHANCES), "", "", ""
HEAD = "{:36} {:>7} {:1} {:22}" + " {:>10}" * len(TASKS) + " {:>10} {:>13} {:>8}"


def my_net(*blocks: Any) -> Board:
    """Trains your network with these blocks, for ten seconds to a minute, and returns your leaderboard, which shows
    where the network stands.

    blocks: none, one for both places, or one for each of the two places. A block is a class (or a function) that takes
        the number of channels and returns a module for maps, (B, C, H, W) -> (B, C, H, W); or the name of an earlier
        lesson's block ("SE", see `adapters`), which is taken from your notebook of that lesson; or "nothing". If you
        pass the same blocks again, they are trained with another seed. Only a block that passes its lesson's check
        counts under the course's name, any other one under its own, to which a lambda or a partial adds four letters.

    Raises ValueError for more blocks than places, for an unknown name, and for a block that cannot be used, with the
    reason. Raises NotImplementedError for a block that is not solved yet.
    """
    if len(blocks) > PLACES:
        raise Unusable(f"my_net has {PLACES} places for blocks, got {len(blocks)}")
    chosen = list(blocks) * (PLACES if len(blocks) == 1 else 1) or [NOTHING]
    chosen += [NOTHING] * (PLACES - len(chosen))
    plugs = [_plug(block) for block in chosen]
    rows = _read()
    row = Row([plug.name for plug in plugs], [], 0, 0, math.inf)
    with one_thread():  # as in training
        measured = [cost(MyNet([plug.made() for plug in plugs]), torch.zeros(1, 3, SIDE, SIDE)) for _ in range(3)]
    row.parameters, row.multiply_adds = measured[0].parameters or 0, measured[0].multiply_adds
    before = rows.get(row.name)  # a block of the same name that costs something else is another block
    if before and (before.parameters, before.multiply_adds) == (row.parameters, row.multiply_adds):
        row.runs, row.latency = before.runs, before.latency
    seed = len(row.runs)
    torch.manual_seed(seed)
    kinds = _learned(MyNet([plug.made() for plug in plugs]), seed)
    row.runs = [*row.runs, [round(kind, 2) for kind in kinds]][-RUNS:]
    # Other work of the machine can only make the time longer, so the shortest one counts.
    row.latency = min(row.latency, *(each.latency for each in measured if each.latency))
    rows[row.name] = row  # there is room for the newest one, the networks of the course's blocks, and the best
    kept = [*bounded(rows, lambda name: (rows[name] is row, {*rows[name].blocks} <= {*BLOCKS, NOTHING},
                                         rows[name].score)).values()]
    problem = keep(_file(), [asdict(each) for each in kept])
    said = [*dict.fromkeys(plug.said for plug in plugs), _against(kept, row),
            f"It could not be kept in {FILE}: {problem}." if problem else ""]
    return Board(kept, row, " ".join(filter(None, said)))


class _Own(NamedTuple):
    """A block as it is used: its name on the leaderboard, what makes its module, and a note about it."""

    name: str
    make: Callable[[], Any]
    said: str = ""

    def made(self) -> nn.Module:
        """Makes the module, and tries it on a map. Raises ValueError, with the reason, if it cannot be used."""
        shape, doing = (2, WIDTH, 12, 12), f"made with {WIDTH} channels"
        try:
            with torch.random.fork_rng(devices=[]):
                leaf = torch.randn(shape, requires_grad=True)
            module = self.make()
            if not isinstance(module, nn.Module):
                raise Unusable(f"my_net needs a module, and {self.name}, {doing}, is {type(module).__name__}")
            doing = f"called with a map {shape}"
            with torch.random.fork_rng(devices=[]), torch.enable_grad():
                output = module.eval()(leaf.relu())  # it must not change what a ReLU keeps
                if isinstance(output, Tensor) and output.requires_grad:
                    doing = "asked for gradients"
                    torch.autograd.grad(output.sum(), leaf, allow_unused=True)
        except (Unusable, NotImplementedError):
            raise
        except Exception as error:  # a learner's code may raise anything
            first = (str(error).strip().splitlines() or [""])[0]
            raise Unusable(f"{self.name} cannot be used in my_net: {doing}, it raised {type(error).__name__}: {first}"
                           + OTHERS * doing.startswith("made")) from error
        problem = "" if isinstance(output, Tensor) else f"gave {type(output).__name__}, not one tensor"
        if not problem and (output.shape, output.dtype, output.device) != (leaf.shape, leaf.dtype, leaf.device):
            problem = f"gave {tuple(output.shape)}, {output.dtype}, {output.device}, not {shape}, {leaf.dtype}, cpu"
        if not problem and not bool(output.isfinite().all()):
            problem = "gave numbers that are infinite or not a number"
        if not problem and not output.requires_grad:
            problem = "lets no gradients through: something detaches its output"
        if problem:
            raise Unusable(f"{self.name} cannot be used in my_net: called with a map {shape}, it {problem}")
        return module.train()


def _plug(block: Any) -> _Own:
    """Returns a block as it is used, under the course's name if it passes the check of its lesson."""
    if block == NOTHING:
        return _Own(NOTHING, nn.Identity)
    called = _called(block)
    known = next((name for name, plug in BLOCKS.items() if called in (name, plug.exercise)), None)
    if isinstance(block, nn.Module) or not isinstance(block, str) and not callable(block):
        raise Unusable(f"my_net makes a block itself, with {WIDTH} channels: give the class, {type(block).__name__}")
    if isinstance(block, str) and not known:
        near = difflib.get_close_matches(block, [*BLOCKS, *(plug.exercise for plug in BLOCKS.values())], 1)
        guess = f" (did you mean {near[0]}?)" if near else ""
        raise Unusable(f"my_net knows no block {block!r}{guess}. Give a class of yours, or one of {', '.join(BLOCKS)}, "
                       f"or {NOTHING}")
    plug = BLOCKS[known] if known else None
    block = mine(plug.lesson, plug.exercise) if plug and isinstance(block, str) else block
    if plug and getattr(block, "__name__", "") == plug.exercise:
        if _passes(plug.lesson, block):
            return _Own(str(known), lambda: plug.make(block, WIDTH))
        return _Own(f"your {plug.exercise}"[:LONGEST], lambda: plug.make(block, WIDTH),
                    f"Your {plug.exercise} does not pass the check of lesson {plug.lesson.partition('_')[0]}, so it is "
                    f"not counted as {known}.")
    own = _Own((f"your {called}" if known or called == NOTHING else called)[:LONGEST], lambda: block(WIDTH))
    if called not in ("<lambda>", "partial"):
        return own
    code = getattr(block, "__code__", None)  # two without a name differ in what they do, or in what they make
    told = (code.co_code, code.co_names, code.co_consts) if code else (block.args, block.keywords)
    return own._replace(name=f"{called} {sha256(repr((told, own.made())).encode()).hexdigest()[:4]}")


def _called(block: Any) -> str:
    return str(block if isinstance(block, str) else getattr(block, "__name__", type(block).__name__))


@cache
def _passes(lesson: str, block: Any) -> bool:
    """Says whether a class passes the check of the exercise whose name it has."""
    # no import statement, because a block's name does not change what it learns, and recorded runs need not be repeated
    check = import_module("attention_lab.notebook.check")
    try:
        verdict = check.verdict_on(block, kit(lesson) / check.recorded.FOLDER)
    except (FileNotFoundError, ValueError):
        return False
    return bool(verdict.points == verdict.max_points)


def _against(rows: Sequence[Row], newest: Row) -> str:
    """Returns a sentence that says what the newest network is compared with."""
    plain = next((row for row in rows if {*row.blocks} == {NOTHING}), None)
    if plain is newest:
        return ""
    if plain is None:
        return "my_net() trains the same network without blocks, to compare with."
    return (f"{newest.name}: {newest.score:.1f} %, compared with the same network without blocks: {plain.score:.1f} %, "
            f"with {newest.parameters - plain.parameters:,} fewer parameters.")


@cache
def _pictures(n: int, seed: int) -> tuple[Tensor, Tensor]:
    """Returns n pictures for each kind of question (n, 5, 3, 24, 24), and the answers (n, 5, 12, 12)."""
    asked = [questions(task, n, seed) for task in TASKS]
    return torch.stack([each.pictures for each in asked], dim=1), torch.stack([each.answers for each in asked], dim=1)


def _own(scores: list[Tensor]) -> list[Tensor]:
    """Picks, for each head, its scores for the pictures of its own kind of question, (B, classes, 12, 12)."""
    return [each.unflatten(0, (-1, len(TASKS)))[:, index] for index, each in enumerate(scores)]


def _loss(scores: list[Tensor], answers: Tensor) -> Tensor:
    first, *others = (F.cross_entropy(each, answers[:, index], ignore_index=UNASKED)
                      for index, each in enumerate(_own(scores)))
    return sum(others, first)


def _learned(network: MyNet, seed: int) -> list[float]:
    """Trains the network, and returns its right answers on new pictures in per cent, for each kind of question."""
    train(network, *_pictures(LEARNED, 0), loss=_loss, epochs=EPOCHS, batch_size=BATCH, peak_rate=PEAK_RATE, seed=seed)
    pictures, answers = _pictures(TESTED, 1)
    with torch.no_grad():
        return [right(each, answers[:, index]) for index, each in enumerate(_own(network(pictures)))]


def _read() -> dict[str, Row]:
    """Returns the leaderboard by network; empty if there is no readable file. An unreadable file is moved aside."""
    path = _file()
    try:
        return {row.name: row for row in map(_row, found(path))}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError):
        put_beside(path)
        return {}


def _row(entry: Any) -> Row:
    """Returns a row of the file. Raises ValueError or TypeError if the leaderboard could not show it."""
    row = Row(**entry)
    if not (fits(row, Row) and row.runs and all(len(run) == len(TASKS) and 0 <= min(run) and max(run) <= 100
                                                for run in row.runs)):
        raise ValueError(f"{FILE} holds something else")
    row.runs = row.runs[-RUNS:]
    return row


def _file() -> Path:
    here = Path.cwd()
    return (here.parent if here.name in topics() else here) / FILE
