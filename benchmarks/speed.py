"""`python -m benchmarks.speed`: the same class graded by stock nbgrader and by us, in turns, with the ratios beside
their targets.

What is measured and how to read it: README.md. Numbers go to work/benchmarks/speed.json too, section by section.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from attention_lab.threads import one_thread
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from tests.classroom.pupils import LESSON, ROOT, Pupil, notebook_of

from . import floor
from .courses import Class, Ours, Stock
from .memory import peak
from .submissions import RIGHT, WRONG, solved, submissions

OUT = ROOT / "work/benchmarks/speed.json"
BLOCK = 4  # submissions of one stock command, before it is our turn
ROUNDS = 25  # of the floor and the warm judge
COLD = 3  # of the commands that grade one submission
TARGETS = {"judge": 50.0, "gradebook": 20.0, "floor": 3.0}


class Results:
    """Prints each table when it is ready, and keeps the numbers."""

    def __init__(self, console: Console):
        self.console, self.found = console, {}

    def keep(self, section: str, numbers: dict[str, Any]) -> None:
        self.found[section] = numbers
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(self.found, indent=1) + "\n", encoding="utf-8")

    def table(self, title: str, columns: list[str], rows: list[list[Any]]) -> None:
        table = Table(columns[0], box=None, pad_edge=False)
        for column in columns[1:]:
            table.add_column(column, justify="right")
        for row in rows:
            table.add_row(*(f"{value:,.1f}" if isinstance(value, float) else str(value) for value in row))
        self.console.print(f"\n[bold]{title}[/]")
        self.console.print(table)


def seconds(do: Callable[[], Any]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def about(results: Results, judge: Judge, prepared: float) -> None:
    numbers = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "python": platform.python_version(),
               "torch": version("torch"),
               "nbgrader": version("nbgrader"), "isolation": judge.isolation, "device": judge.device,
               "draw hidden cases, s": prepared}
    results.keep("about", numbers)
    results.console.print(", ".join(f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}"
                                    for name, value in numbers.items()))


def warm(results: Results, judge: Judge) -> None:
    """The warm judge beside the floor, in turns."""
    bare, judged = [], []
    with one_thread():
        runs = floor.runs(judge.graders(LESSON).exercises)
        for number in range(ROUNDS + 1):
            notebook = notebook_of(solved(number))
            bare.append(sum(floor.milliseconds(runs).values()))
            judged.append(1000 * seconds(lambda notebook=notebook: judge.grade(notebook, LESSON)))
    del bare[0], judged[0]  # the first one starts the process that forks
    low, took, least, best = median(bare), median(judged), min(bare), min(judged)
    results.keep("floor", {"cases": sum(map(len, runs.values())), "floor": low, "judge": took, "ratio": took / low,
                           "least floor": least, "least judge": best})
    results.table(f"A warm submission, everything right, beside the bare tensor work, {ROUNDS} times, ms",
                  ["", "floor", "judge", "ratio", "above"],
                  [["the median", low, took, took / low, took - low],
                   ["the quickest of each", least, best, best / least, best - least]])


def in_turns(results: Results, judge: Judge, people: list[Pupil], count: int, stock: Stock, ours: Ours) -> None:
    """Stock on `count` of the class in blocks, after each the judge on its share of the class, and one of our
    commands on all of it."""
    blocks = [people[start:min(start + BLOCK, count)] for start in range(0, count, BLOCK)]
    commands = {"jobs 2": lambda: ours.grade(2), "plugin": ours.autograde, "jobs 1": lambda: ours.grade(1)}
    notebooks = {pupil.student: notebook_of(pupil) for pupil in people}
    each, ratios, starts, judged, whole = [], [], [], {}, {name: [] for name in commands}
    right = {"expected": 0, "stock": 0, "judge": 0}
    for pupil in submissions(len(people) + len(WRONG))[len(people):]:  # others, so that everything has been used once
        judge.grade(notebook_of(pupil), LESSON)
    for number in range(max(len(blocks), len(commands))):
        if number < len(blocks):
            block = blocks[number]
            stock.begin(block)
            took = seconds(lambda: stock.run(stock.autograde()))
            starts.append(seconds(lambda: stock.run(stock.autograde())))  # there is nothing left to grade
            each.append((took - starts[-1]) / len(block))
            right["expected"] += sum(pupil.what == RIGHT for pupil in block)
            right["stock"] += stock.right(block)
            rest = [pupil for pupil in people[count:] if int(pupil.student[1:]) % len(blocks) == number]
            for pupil in block + rest:
                began = time.perf_counter()
                result = judge.grade(notebooks[pupil.student], LESSON)
                judged[pupil.student] = time.perf_counter() - began
                right["judge"] += pupil in block and result.points == result.max_points
            ratios.append(each[-1] * len(block) / sum(judged[pupil.student] for pupil in block))
            results.console.print(f"block {number + 1} of {len(blocks)}: stock {each[-1]:.2f} s a submission and "
                                  f"{starts[-1]:.1f} s to start, the judge {ratios[-1]:.0f} times as fast")
        name = list(commands)[number % len(commands)]
        ours.begin(people)
        whole[name].append(seconds(lambda name=name: ours.run(commands[name]())))
    n, once = len(people), median(starts)
    stocks = once + n * sum(each) / len(each)
    alone = n / len(judged) * sum(judged.values())
    medians = {name: median(took) for name, took in whole.items()}
    numbers = {"submissions": n, "measured": count, "stock, s": stocks, "stock to start, s": once,
               "stock each, s": each, "judge, s": alone,
               "commands, s": whole, "ratios of blocks": ratios, "right": right,
               "judge": median(ratios), "gradebook": stocks / medians["jobs 2"],
               "warm, ms": {what: 1000 * median(judged[pupil.student] for pupil in people
                                                if pupil.what == what and pupil.student in judged)
                            for what in dict.fromkeys(pupil.what for pupil in people)}}
    results.keep("class", numbers)
    seen = "measured" if count == n else f"from {count}: start + {n} x {sum(each) / len(each):.2f} s"
    results.table(f"A class of {n}", ["", "s", "a minute", "times stock"], [
        [f"stock nbgrader autograde ({seen})", stocks, 60 * n / stocks, 1.0],
        ["the judge alone, warm", alone, 60 * n / alone, stocks / alone],
        ["nbgrader autograde with our plugin", medians["plugin"], 60 * n / medians["plugin"],
         stocks / medians["plugin"]],
        *([f"autograder grade --{name.replace(' ', '=')}", medians[name], 60 * n / medians[name],
           stocks / medians[name]]
          for name in ("jobs 1", "jobs 2"))])
    results.console.print("The judge, median ms of a submission: "
                          + ", ".join(f"{what} {took:.0f}" for what, took in numbers["warm, ms"].items()))
    results.console.print(f"The judge on the submissions of each block: {', '.join(f'{r:.0f}' for r in ratios)} times "
                          f"stock without its start. Of these {count}, {right['expected']} have everything right: "
                          f"stock finds {right['stock']}, the judge {right['judge']}.")


def latency(results: Results, judge: Judge, people: list[Pupil], stock: Stock, ours: Ours) -> None:
    """One submission: as a command of its own, and where everything has started."""
    one = [next(pupil for pupil in people if pupil.what == RIGHT)]
    cold: dict[str, list[float]] = {"stock": [], "ours": []}
    for _ in range(COLD):
        stock.begin(one)
        cold["stock"].append(seconds(lambda: stock.run(stock.autograde())))
        ours.begin(one)
        cold["ours"].append(seconds(lambda: ours.run(ours.check(one))))
    before = results.found["class"]
    numbers = {"cold": cold, "stock warm": median(before["stock each, s"]),
               "ours warm": before["warm, ms"][RIGHT] / 1000}
    results.keep("latency", numbers)
    rows = [["cold: one command", median(cold["stock"]), median(cold["ours"])],
            ["warm", numbers["stock warm"], numbers["ours warm"]]]
    results.table("One submission, s", ["", "stock", "ours", "times as fast"],
                  [[name, *(f"{value:.3f}" for value in pair), pair[0] / pair[1]] for name, *pair in rows])


def memory(results: Results, people: list[Pupil], stock: Stock, ours: Ours) -> None:
    """In runs of their own: looking at every process takes time."""
    block = people[:BLOCK]
    commands: list[tuple[str, Class, list[str]]] = [
        ("stock nbgrader autograde", stock, stock.autograde()), ("autograder check", ours, ours.check(block)),
        ("nbgrader autograde with our plugin", ours, ours.autograde()),
        ("autograder grade --jobs=1", ours, ours.grade(1)),
        ("autograder grade --jobs=2", ours, ours.grade(2))]
    numbers = {}
    for name, course, command in commands:
        course.begin(block)
        numbers[name] = peak(course, command)
    results.keep("memory, MiB", numbers)
    least = numbers["stock nbgrader autograde"]
    results.table(f"Peak memory of all processes together, MiB ({BLOCK} submissions)", ["", "MiB", "times stock"],
                  [[name, mib, f"{mib / least:.2f}"] for name, mib in numbers.items()])


def growth(results: Results, sizes: list[int], ours: Ours) -> None:
    """`autograder grade` on classes of several sizes, with 1 and 2 jobs."""
    rows, numbers = [], {}
    for size in sizes:
        people, took = submissions(size), {}
        for jobs in (1, 2):
            ours.begin(people)
            took[jobs] = seconds(lambda jobs=jobs: ours.run(ours.grade(jobs)))
        numbers[size] = took
        rows.append([size, took[1], took[2], 1000 * took[1] / size, 1000 * took[2] / size])
    results.keep("growth, s", numbers)
    results.table("`autograder grade` as the class grows",
                  ["submissions", "1 job, s", "2 jobs, s", "1 job, ms each", "2 jobs, ms each"], rows)


def experiments(results: Results, judge: Judge, people: list[Pupil], folder: Path) -> None:
    """Stock on one submission as learners hand it in: nbgrader runs every cell, also those that train and draw."""
    stock = Stock(folder, judge.graders(LESSON), experiments=True)
    stock.begin([next(pupil for pupil in people if pupil.what == RIGHT)])
    took = seconds(lambda: stock.run(stock.autograde()))
    results.keep("stock with experiments, s", {"one submission": took})
    results.console.print(f"\nStock on one submission with its pictures and experiments: {took:.1f} s")


def verdict(results: Results) -> None:
    """Every ratio beside its target."""
    found = results.found
    ratios = [("the judge alone, times stock (at least)", found["class"]["judge"], TARGETS["judge"], True),
              ("into the gradebook with 2 jobs, times stock (at least)", found["class"]["gradebook"],
               TARGETS["gradebook"], True),
              ("a warm submission, times the floor (at most)", found["floor"]["ratio"], TARGETS["floor"],
               False)]
    results.table("Targets", ["", "target", "measured", ""], [
        [name, target, value, "met" if (value >= target) == least else "not met"]
        for name, value, target, least in ratios])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description="Grade a class with stock "
                                                                                    "nbgrader and with ours.")
    parser.add_argument("--submissions", type=int, default=64, metavar="N", help="the size of the class (%(default)s)")
    parser.add_argument("--stock", type=int, default=16, metavar="N", help="how many of them stock grades, about 4 s "
                                                                           "each (%(default)s)")
    parser.add_argument("--growth", type=int, nargs="*", default=[], metavar="N",
                        help="classes of these sizes too, with 1 and 2 jobs")
    parser.add_argument("--with-experiments", action="store_true", help="stock on one notebook as it is handed in, too")
    options = parser.parse_args()
    if not 1 <= options.stock <= options.submissions:
        parser.error(f"stock can grade 1 to {options.submissions} of {options.submissions} submissions, not "
                     f"{options.stock}")
    results, people = Results(Console(highlight=False, width=150)), submissions(options.submissions)
    folder = Path(tempfile.mkdtemp(prefix="benchmark-"))
    began = time.monotonic()
    try:
        with Judge(Settings(device="cpu")) as judge:
            about(results, judge, seconds(lambda: judge.graders(LESSON)))
            warm(results, judge)
            stock, ours = Stock(folder / "stock", judge.graders(LESSON)), Ours(folder / "ours")
            in_turns(results, judge, people, options.stock, stock, ours)
            latency(results, judge, people, stock, ours)
            memory(results, people, stock, ours)
            if options.growth:
                growth(results, options.growth, ours)
            if options.with_experiments:
                experiments(results, judge, people, folder / "experiments")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    verdict(results)
    results.console.print(f"\n{time.monotonic() - began:.0f} s; all numbers in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
