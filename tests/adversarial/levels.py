"""`python -m tests.adversarial.levels WALLS`: which of the attacks on walls get through a set of them, as one line of
JSON; the judge alone, without nbgrader. test_walls.py runs it so, as root and as somebody else. `-` is stopped;
anything else is what got through.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import psutil

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.sandbox import limits
from autograder.sandbox.sandbox import Sandbox
from tests.classroom.pupils import LESSON, NAMES, notebook_of

from .attacked import LIMITS, honest_points
from .harness import World
from .outcomes import Points, twin_of
from .tables import WALLS, Attack, attacks
from .traces import Watch, end, marked

# The sets that are enough to grade strangers with; what is missing in each of them, some machines do not have.
SUFFICIENT = ("limits+landlock+seccomp", "limits+seccomp+namespaces", "limits+landlock+seccomp+namespaces")
LONG = 15.0  # seconds of one submission's own time that are too many, with the limits of these tests


def got_through(attack: Attack, judge: Judge, world: World, worth: dict[str, float]) -> str:
    """What the attack achieved: "points", "secret" or "harm", and what of it; "-" if nothing."""
    before = {process.pid for process in marked(str(world.scratch))}
    heard = len(world.heard())
    with Watch((str(world.scratch), world.marker(attack)), world.scratch) as watch:
        result = judge.grade(notebook_of(world.pupil(attack)), LESSON)
    sandbox = judge.sandboxes["cpu"]
    took = sandbox.budget.own if sandbox.budget else 0.0
    zygote = sandbox.first  # none where the attack stopped it
    family = before | ({zygote.process.pid} if zygote and zygote.process.poll() is None else set())
    left = [process for process in marked(str(world.scratch), world.marker(attack)) if process.pid not in family]
    _, left = psutil.wait_procs(left, 20)  # what was killed takes a moment to go
    points: Points = {"judge": {name: verdict.points for name, verdict in result.verdicts.items()}}
    found = [f"points: {name}" for name in NAMES if points["judge"].get(name, 0.0) > worth[name]]
    told = f"{result.verdicts} {world.taken(attack)} {world.heard()[heard:]}"
    found += [f"secret: {place}" for place in world.given_away(told)]
    found += [f"harm: {what}" for what in (
        *watch.exceeded(), *(["still running"] if left else []), *world.left_behind(attack), *world.notes(attack),
        *(["heard outside"] if world.marker(attack) in told else []),
        *(["no verdict"] if result.error or len(result.verdicts) < 4 else []),
        *([f"took {took:.0f} s"] if took > LONG else []),
        *(["in the gradebook"] if world.marker(attack).encode() in world.gradebook.read_bytes() else []))]
    end(left)
    world.clear(attack)
    return "; ".join(found) or "-"


def at_level(layers: tuple[str, ...], world: World, chosen: list[Attack]) -> dict[str, str]:
    with Judge(Settings(isolation="none", seed=world.secrets["seed"])) as judge:
        judge.sandboxes["cpu"].close()
        judge.sandboxes["cpu"] = Sandbox(layers=layers)
        worth = honest_points(judge, chosen)
        return {attack.name: got_through(attack, judge, world, worth[twin_of(attack)]) for attack in chosen}


def main(walls: str) -> None:
    for name, value in LIMITS.items():
        setattr(limits, name, value)
    chosen = [attack for attack in attacks() if attack.wall in WALLS]
    with tempfile.TemporaryDirectory() as folder, World(Path(folder),
                                                        kept=os.environ.get("ADVERSARIAL_KEPT", "")) as world:
        tempfile.tempdir = str(world.scratch)
        try:
            print(json.dumps(at_level(tuple(walls.split("+")), world, chosen)))
        finally:
            tempfile.tempdir = None


if __name__ == "__main__":
    main(sys.argv[1])
