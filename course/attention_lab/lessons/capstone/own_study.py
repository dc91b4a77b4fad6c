"""A study of your own (lesson 10): what you expect, the runs that test it, and one page that shows expectation and
result.

    study("where_am_i", hypothesis="...", refuted_if="...", task="far", arms={...}, ahead=[...], controls=[...])

Finished runs are kept in study_where_am_i.json beside the notebook, so an interrupted study continues where it stopped.
Its page is study_where_am_i.html. Once a run has finished, you can no longer change the hypothesis or anything by which
it is judged.
"""

from __future__ import annotations

import hashlib
import re
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from ...checking.form.kinds import fits
from ...networks.training import Results, compare_arms, train
from ...notebook.needed import needed
from ...storage import found, keep, write
from .five_tasks import SIDE, TASKS, WIDTH, TaskNet
from .study_page import Judged, judged, outcome, page, unfinished
from .task_scores import score, train_questions

Maker = Callable[[int], nn.Module]
FEWEST_SEEDS, MOST_SEEDS, MOST_CHARACTERS = 3, 1000, 2000
FIXED = {"hypothesis": "the hypothesis", "refuted_if": "what would refute it", "ahead": "the comparisons",
         "controls": "the controls",
         "task": "the task", "matters": "the gap that matters"}


@dataclass
class Kept:
    """The content of a study's file.

    runs: for each finished run its arm, seed, key (see `_key`), score, parameters and day.
    changes: the changes after the first run, each with its day.
    arms, seeds: what the last call asked for, which is the key of each arm and the number of seeds.
    """

    name: str
    hypothesis: str
    refuted_if: str
    task: str
    ahead: list[list[str]]
    controls: list[str]
    matters: float
    begun: str
    arms: dict[str, str]
    seeds: int
    runs: list[dict[str, Any]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    def counted(self) -> list[dict[str, Any]]:
        """Returns the runs that count: those of the arms as they are now, with the seeds that were asked for."""
        return [run for run in self.runs if self.arms.get(run["arm"]) == run["key"] and run["seed"] < self.seeds]

    def results(self) -> Results:
        """Returns the scores of the runs that count, with two decimals. The page shows and judges these."""
        runs = {(run["arm"], run["seed"]): {"score": round(run["score"], 2)} for run in self.counted()}
        return Results(tuple(self.arms), tuple(range(self.seeds)), runs)

    def parameters(self) -> dict[str, int]:
        """Returns the number of parameters of each arm that has a run that counts."""
        return {run["arm"]: run["parameters"] for run in self.counted()}


class Study:
    """A study after its runs.

    results: the scores, as `compare_arms` returns them.
    judged: whether the hypothesis holds, and why.
    path: the file of its page.
    came_out: the middle part of the page, which a notebook shows.
    """

    def __init__(self, results: Results, judged: Judged, path: Path, came_out: str):
        self.results, self.judged, self.path, self.came_out = results, judged, path, came_out

    def __repr__(self) -> str:
        return f"{self.judged.verdict}: {self.judged.reason} (the page: {self.path.name})"

    def _repr_html_(self) -> str:
        return f"{self.came_out}<p>The whole page is {self.path.name}, beside this notebook.</p>"


def study(
    name: str, *, hypothesis: str, refuted_if: str, task: str, arms: Mapping[str, Maker],
    ahead: Sequence[tuple[str, str]],
    controls: Sequence[str], seeds: int = 5, epochs: int = 1, peak_rate: float = 0.01, matters: float = 5,
    conclusion: str = "", folder: Path | None = None,
) -> Study:
    """Trains every arm with every seed on one of the capstone's five tasks, judges the hypothesis, and writes the page.

    name: the name of the study, used for both of its files.
    hypothesis, refuted_if: what you expect and what would refute it, in your words.
    task: one of TASKS.
    arms: by name, a function that takes the number of channels and returns a module, (B, C, H, W) -> (B, C, H, W).
    ahead: pairs of arms, at least one; in each pair, the first should score higher than the second.
    controls: arms that lack the part that should make the difference, at least one, and none that should be ahead.
    seeds: the number of seeds for each arm, at least 3.
    epochs: how many times training goes through all pictures.
    peak_rate: the largest learning rate.
    matters: the smallest gap, in points, that counts for the hypothesis.
    conclusion: what you conclude, in your words. You may write and change it after the runs, and the page says so.
    folder: where the files go; by default the current folder.

    You may interrupt the kernel at any time: the same call continues with the remaining runs.

    Raises ValueError or TypeError, before any training, for a design that cannot answer its question. It raises
    ValueError, too, if the hypothesis differs from the one that the finished runs tested.
    """
    _check(name, {"hypothesis": hypothesis, "refuted_if": refuted_if}, task, arms, ahead, controls, seeds)
    if len(conclusion) > MOST_CHARACTERS:
        raise ValueError(f"conclusion may have at most {MOST_CHARACTERS:,} characters: it has {len(conclusion):,}")
    folder = folder or Path.cwd()
    keys = {arm: _key(make, epochs, peak_rate) for arm, make in arms.items()}
    plan = Kept(name, hypothesis.strip(), refuted_if.strip(), task, [list(pair) for pair in ahead], list(controls),
                matters, date.today().isoformat(), keys, seeds)
    file = folder / f"study_{name}.json"
    kept = _begun(file, plan)
    _note_changes(kept, keys, seeds)
    kept.arms, kept.seeds = keys, seeds
    if kept.runs:  # the file must say which of its runs count, even if there is no new run
        _write(file, kept)

    def run(arm: str, seed: int) -> float:
        done = next((each for each in kept.runs if (each["arm"], each["seed"], each["key"]) == (arm, seed, keys[arm])),
                    None)
        if done is None:
            module = arms[arm](WIDTH)
            net = train(TaskNet(module, TASKS[task].classes), *train_questions(task), loss=F.cross_entropy,
                        epochs=epochs, batch_size=16,
                        peak_rate=peak_rate, seed=seed)
            done = {"arm": arm, "seed": seed, "key": keys[arm], "score": score(net, task),
                    "day": date.today().isoformat(),
                    "parameters": sum(p.numel() for p in module.parameters())}
            kept.runs.append(done)
            _write(file, kept)
        return done["score"]

    compare_arms(arms, range(seeds), run)
    results = kept.results()
    verdict = unfinished(results) or judged(results, kept.ahead, kept.controls, matters)
    path = folder / f"study_{name}.html"
    came_out = outcome(asdict(kept), results, verdict, kept.parameters())
    write(path, page(asdict(kept), results, came_out, epochs, peak_rate, _code(), conclusion.strip()))
    return Study(results, verdict, path, came_out)


def _write(file: Path, kept: Kept) -> None:
    if why := keep(file, asdict(kept)):
        raise OSError(f"the study can't be kept in {file}: {why}")


def _check(name: str, words: Mapping[str, str], task: str, arms: Mapping[str, Maker], ahead: Sequence[tuple[str, str]],
           controls: Sequence[str], seeds: int) -> None:
    """Raises ValueError or TypeError for a design that cannot answer its question."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise ValueError("a study's name also names its files, so it has 1 to 40 letters, digits, _ or -: got "
                         f"{name!r}")
    for part, text in words.items():
        if not isinstance(text, str):
            raise TypeError(f"{part} must be a text in quotation marks, got {text!r}")
        if not 1 <= len(text.strip()) <= MOST_CHARACTERS:
            raise ValueError(f"{part} must say something, in at most {MOST_CHARACTERS:,} characters: it has "
                             f"{len(text.strip()):,}")
    if task not in TASKS:
        raise ValueError(f"there is no task {task!r}: there are {', '.join(TASKS)}")
    if not isinstance(arms, Mapping):
        raise TypeError("arms must be a dict that gives each arm a name, such as {'nothing': lambda c: nn.Identity()}, "
                        f"got a {type(arms).__name__}")
    if isinstance(ahead, str) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in ahead):
        raise ValueError(f"ahead must be a list of pairs, such as [('yours', 'the other')], got {ahead!r}")
    if isinstance(controls, str):
        raise ValueError(f"controls must be a list of arms, such as [{controls!r}], got {controls!r}")
    if not ahead:
        raise ValueError("say which arm should be ahead of which, as in ahead=[('yours', 'the other')]. Otherwise "
                         "nothing can be refuted")
    if not controls:
        raise ValueError("a study needs at least one control, an arm that lacks what should make the difference")
    if unknown := [arm for arm in dict.fromkeys([*(arm for pair in ahead for arm in pair), *controls])
                   if arm not in arms]:
        raise ValueError(f"no arm is called {', '.join(map(repr, unknown))}: there are {', '.join(map(repr, arms))}")
    if claimed := [first for first, _ in ahead if first in controls]:
        raise ValueError(f"{claimed[0]!r} can't be both a control and the arm that should be ahead")
    if seeds < FEWEST_SEEDS:
        raise ValueError(f"{seeds} seeds can't tell a real gap from luck: take at least {FEWEST_SEEDS}, better 5")
    if seeds > MOST_SEEDS:
        raise ValueError(f"{seeds:,} seeds are too many: take at most {MOST_SEEDS:,}")
    for arm, make in arms.items():
        if isinstance(make, nn.Module) or not callable(make):
            raise TypeError(f"arm {arm!r} must be a function that takes the number of channels and returns a module, "
                            f"such as lambda c: nn.Identity(), got {'None' if make is None else _a(make)}")
        shape = (2, WIDTH, SIDE // 2, SIDE // 2)
        module = make(WIDTH)
        if not isinstance(module, nn.Module):
            raise ValueError(f"arm {arm!r} must make a module for {WIDTH} channels, but it makes {_a(module)}")
        if (got := tuple(module(torch.zeros(shape)).shape)) != shape:
            raise ValueError(f"arm {arm!r} must return the shape that it gets: {shape} became {got}")


def _a(value: Any) -> str:
    """Names the kind of a value: a module, an int."""
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiouAEIO' else 'a'} {kind}"


def _begun(file: Path, plan: Kept) -> Kept:
    """Returns the study as the file holds it, or this one if no run has finished yet.

    Raises ValueError if the file holds another hypothesis, or is not a study's file.
    """
    try:
        kept = read(file)
    except FileNotFoundError:
        return plan
    if not kept.runs:
        return plan
    for part, said in FIXED.items():
        if (old := getattr(kept, part)) != (new := getattr(plan, part)):
            raise ValueError(f"{said} of {plan.name!r} was {old!r} when its first run finished on {kept.begun}, and "
                             f"is {new!r} now: that is a new study, so give it a name of its own")
    return kept


def read(file: Path) -> Kept:
    """Returns the study that a file holds. The file may come from somebody else, so everything in it is checked.

    Raises FileNotFoundError if there is no file, ValueError if it is not a study's file.
    """
    try:
        kept = Kept(**found(file))
    except TypeError:
        kept = None
    if (kept is None or not fits(kept, Kept) or not all(map(_is_run, kept.runs))
            or not 1 <= kept.seeds <= MOST_SEEDS):
        raise ValueError(f"{file.name} is not a study's file: give your study another name, or move that file away")
    return kept


def _is_run(run: Any) -> bool:
    """Says whether `run` has the form in which `study` keeps a run."""
    return (isinstance(run, dict) and all(isinstance(run.get(part), str) for part in ("arm", "key", "day"))
            and all(isinstance(run.get(part), int) for part in ("seed", "parameters"))
            and isinstance(run.get("score"), float | int) and 0 <= run["score"] <= 100)


def _note_changes(kept: Kept, keys: Mapping[str, str], seeds: int) -> None:
    """Writes down what has changed since the first runs finished: the number of seeds, the arms, their code, or the
    training. If scores of an arm no longer count, they are written down too."""
    if not kept.runs:
        return
    today, scores = date.today().isoformat(), kept.results().scores
    for arm in dict.fromkeys([*keys, *kept.arms]):
        if arm not in kept.arms:
            kept.changes.append(f"{today}: arm {arm!r}: it was added after the first runs")
        elif keys.get(arm) != kept.arms[arm]:
            what = "its code or its training was changed" if arm in keys else "it was left out"
            had = ", ".join(f"{score:.1f}" for score in scores(arm))
            kept.changes.append(f"{today}: arm {arm!r}: {what} after the first runs"
                                + (f"; before, it had scored {had} %" if had else ""))
    if seeds != kept.seeds:
        kept.changes.append(f"{today}: {seeds} seeds, instead of the {kept.seeds} that were planned")
    kept.changes = list(dict.fromkeys(kept.changes))


def _key(make: Maker, epochs: int, peak_rate: float) -> str:
    """Returns a short text that identifies an arm and its training. It depends on the arm's layers, and on their
    outputs for weights and inputs drawn for this purpose."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        module = make(WIDTH).eval()
        for parameter in module.parameters():  # a factor that begins at 0 would hide what it multiplies
            parameter.copy_(torch.randn(parameter.shape) / 4)
        computed = module(torch.randn(1, WIDTH, SIDE // 2, SIDE // 2))
    said = f"{module!r} {epochs} {peak_rate} {[f'{number:.3e}' for number in computed.flatten()[::37].tolist()]}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _code() -> str:
    """Returns the cell that called `study`, after all the code that it uses; empty outside of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or not (cells := shell.history_manager.input_hist_parsed):
        return ""
    whole = "def the_study():\n" + textwrap.indent(cells[-1] + "\npass", "    ")
    code = needed("the_study", [*cells[:-1], whole], shell.user_ns)
    return code.removesuffix(whole.strip()).strip() + "\n\n" + cells[-1].strip() if code else cells[-1]
