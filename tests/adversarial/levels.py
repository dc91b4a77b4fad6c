"""`python -m tests.adversarial.levels [ATTACK ...]`: what each set of layers stops, as a table;
the judge alone, without nbgrader.

With `--walls limits+landlock+seccomp`: that set alone, as one line of JSON; test_walls.py runs it so, as root and as
somebody else. Attacks on pages and on files are left out: no layer of a process is meant for them. `-` is stopped;
anything else is what got through.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.sandbox import isolation, limits
from autograder.sandbox.sandbox import Sandbox
from tests.classroom.pupils import LESSON, NAMES, notebook_of

from .attacked import honest_points
from .harness import GUESSABLE, Attack, World, attacks
from .outcomes import Points, against_control, twin_of
from .traces import Watch, end, marked

LEVELS = {"none": (), "limits": ("limits",), "landlock": ("limits", "landlock"), "seccomp": ("limits", "seccomp")}
# The sets that are enough to grade strangers with; what is missing in each of them, some machines do not have.
SUFFICIENT = ("limits+landlock+seccomp", "limits+seccomp+namespaces", "limits+landlock+seccomp+namespaces")
LONG = 60.0  # seconds for one submission that are too many, with the limits that are set below


def levels() -> dict[str, tuple[str, ...]]:
    """Sets of layers by name: each layer by itself, and all that this machine has."""
    here = isolation.probed()
    known = {name: layers for name, layers in LEVELS.items() if set(layers) <= set(here)}
    return {**known, "all": here}


def got_through(attack: Attack, judge: Judge, world: World, worth: dict[str, float]) -> str:
    """What the attack achieved: "points", "secret" or "harm", and what of it; "-" if nothing."""
    before = {process.pid for process in marked(str(world.scratch))}
    began, heard = time.monotonic(), len(world.heard())
    with Watch((str(world.scratch), world.marker(attack)), world.scratch) as watch:
        result = judge.grade(notebook_of(world.pupil(attack)), LESSON)
    took = time.monotonic() - began
    zygote = judge.sandboxes["cpu"].first  # none where the attack stopped it
    family = before | ({zygote[0].pid} if zygote and zygote[0].poll() is None else set())
    left = [process for process in marked(str(world.scratch), world.marker(attack)) if process.pid not in family]
    _, left = psutil.wait_procs(left, 3)  # what was killed takes a moment to go
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


def at_level(layers: tuple[str, ...], world: World, chosen: list[Attack],
             worth: dict[str, dict[str, float]]) -> dict[str, str]:
    with Judge(Settings(isolation="none", seed=world.secrets["seed"])) as judge:
        judge.sandboxes["cpu"].close()
        judge.sandboxes["cpu"] = Sandbox(layers=layers)
        return {attack.name: got_through(attack, judge, world, worth[twin_of(attack)]) for attack in chosen}


def stopped(by_name: dict[str, str]) -> int:
    return sum(cell == "-" for cell in by_name.values())


def tell(table: dict[str, dict[str, str]], level: str) -> None:
    """One line for a level that is through, and with all layers what got through them: the whole table takes half an
    hour."""
    print(f"{level}: {stopped(table[level])} of {len(table[level])} stopped", flush=True)
    for attack, cell in table[level].items():
        if level == "all" and cell != "-":
            print(f"    {attack}: {cell}", flush=True)


def on_a_worker(known: Iterable[Attack]) -> list[Attack]:
    return [attack for attack in known if attack.wins != "page" and not attack.on_files]


def at_walls(walls: str, chosen: list[Attack], worth: dict[str, dict[str, float]]) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder, World(Path(folder),
                                                        kept=os.environ.get("ADVERSARIAL_KEPT", "")) as world:
        tempfile.tempdir = str(world.scratch)
        try:
            return at_level(tuple(walls.split("+")), world, chosen, worth)
        finally:
            tempfile.tempdir = None


def main(names: list[str]) -> None:
    walls = names.pop(1) if names[:1] == ["--walls"] else ""
    names = names[1:] if walls else names
    chosen = [attack for attack in on_a_worker(attacks()) if not names or attack.name in names]
    worth = honest_points(chosen)
    limits.QUESTION_CPU, limits.QUESTION_WALL, limits.START, limits.NOTEBOOK_CLOCK = 1.5, 4.0, 15.0, 15.0
    if walls:
        print(json.dumps(at_walls(walls, chosen, worth)))
        return
    table: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder, World(Path(folder), seed=GUESSABLE) as world:
        outcomes = against_control(world, chosen)
        table["control"] = {attack.name: "; ".join(outcomes[attack.name].won(attack, outcomes[twin_of(attack)])[:2])
                            or "-"
                            for attack in chosen}
    tell(table, "control")
    for name, layers in levels().items():
        with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world:
            tempfile.tempdir = str(world.scratch)
            table[name] = at_level(layers, world, chosen, worth)
            tempfile.tempdir = None
        tell(table, name)
    print(f"{'':44}" + "".join(f"{name:>10}" for name in table))
    for attack in chosen:
        row = [table[level][attack.name] for level in table]
        print(f"{attack.name:44}" + "".join(f"{'-' if cell == '-' else cell.split(':')[0][:9]:>10}" for cell in row))
    print(f"{f'stopped, of {len(chosen)}':44}" + "".join(f"{stopped(by_name):>10}" for by_name in table.values()))


if __name__ == "__main__":
    main(sys.argv[1:])
