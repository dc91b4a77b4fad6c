"""Run a page's comparison again, with seeds of your own: do its sentences hold on your machine?

    python -m solutions.shared.again                                  lessons that compare arms
    python -m solutions.shared.again 02_eca                           the arms of one
    python -m solutions.shared.again 02_eca ECA "no neighbours"       trains both, five times as long as the page

Your scores stand beside the recorded ones (`solutions/<topic>/experiment.md`), and Welch's t-test says whether the gap
is more than luck.
"""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from attention_lab.networks.training import Results, compare
from attention_lab.pictures.gaps import Gaps
from attention_lab.tasks.five_tasks import TASKS
from autograder.lessons.course import lessons
from autograder.lessons.topics import folder_of
from solutions.shared.long_runs import LongRuns, Row, read

FIRST_SEED = 100  # none that was recorded


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Some pages read files that lie beside them."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def again(topic: Path, arms: list[str], seeds: int, longer: int, faster: Fraction) -> str:
    """What to print: our scores of each arm beside the recorded ones, and whether the first arm is ahead of each other
    one.

    Raises ValueError for an arm that the page does not have, with names that are near.
    """
    with _inside(topic):
        runs = LongRuns(topic / "page.py")
        if "tasks" in runs.page:  # the capstone's, whose table has all five
            runs.page["tasks"] = list(TASKS)
        known = list(runs.page["arms"])
        if not arms:
            return "\n".join(known)
        if unknown := [arm for arm in arms if arm not in known]:
            near = get_close_matches(unknown[0], known, 3, 0.4) or known
            raise ValueError(f"the page has no arm {unknown[0]!r}: there are {', '.join(map(repr, near))}")
        runs.train_for(longer, faster)
        results = compare(arms, range(FIRST_SEED, FIRST_SEED + seeds), runs.page["run"])
    recorded = read((topic / "experiment.md").read_text(encoding="utf-8")) if (topic / "experiment.md").exists() else {}
    lines = []
    for arm in arms:
        theirs = recorded.get(Row(arm, longer, faster), {}).values()
        lines.append(f"{arm}: {', '.join(f'{score:.1f}' for score in results.scores(arm))} here; recorded: "
                     + (", ".join(score.split(" / ")[0] for score in theirs) or "nothing at these steps and this rate"))
    return "\n".join([*lines, *_compared(results, arms)])


def _compared(results: Results, arms: list[str]) -> list[str]:
    if len(arms) < 2:
        return []
    return [str(Gaps(results, [(arms[0], other) for other in arms[1:]], matters=5, unit="points"))]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m solutions.shared.again", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lesson", nargs="?", metavar="LESSON")
    parser.add_argument("arms", nargs="*", metavar="ARM", help="the first is compared with each of the others")
    parser.add_argument("--seeds", type=int, default=3, help="runs of each arm (%(default)s)")
    parser.add_argument("--times", type=int, default=5, help="how many times the page's steps (%(default)s)")
    parser.add_argument("--rate", type=Fraction, default=Fraction(1), help="times the page's peak rate, such as 1/3 "
                                                                           "(%(default)s)")
    options = parser.parse_args(arguments)
    topics = {lesson.name: folder_of(lesson.topic) for lesson in lessons()}
    with_runs = [name for name, folder in topics.items() if (folder / "experiment.py").exists()]
    if options.lesson is None:
        print("\n".join(with_runs))
        return
    if options.lesson not in with_runs:
        parser.error(f"{options.lesson!r} compares nothing: there are {', '.join(with_runs)}")
    if options.seeds < 2 or options.times < 1 or options.rate <= 0:
        parser.error("at least two seeds, once the steps and a rate above 0 are needed: "
                     f"got {options.seeds}, {options.times}, {options.rate}")
    try:
        print(again(topics[options.lesson], options.arms, options.seeds, options.times, options.rate))
    except ValueError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
