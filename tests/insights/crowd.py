"""A class of any size whose answers come from the banks, each written down in a hand of its own, and who wrote which.

Some mistakes are common and most are rare, as in a real class.
A few do what no bank holds: nothing at all, a loop, a missing package.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.bank import answers
from tests.classroom.pupils import ENDLESS, LESSON, NAMES, NOTHING, SOLVED, Pupil

WRONG = 0.5  # of the answers of each exercise
UNTOLD = (0,) * len(NAMES)  # the points are not what these tests are about


@dataclass
class Crowd:
    """pupils: what is handed in. truth: by student and exercise, the bank's answer that theirs is."""

    pupils: list[Pupil]
    truth: dict[str, dict[str, str]] = field(default_factory=dict)


def bank(folders: Iterable[Path] = ()) -> dict[str, dict[str, dict[str, str]]]:
    """Answers by exercise, by kind ("right", "wrong") and by what is special;
    `folders` hold a right/ and a wrong/ of their own."""
    found = {name: {"right": {"solved": SOLVED[name]}, "wrong": {}} for name in NAMES}
    for kind in ("right", "wrong"):
        for answer in answers(kind):
            if answer.lesson == LESSON:
                found[answer.exercise][kind].setdefault(answer.what, answer.source)
        for path in [path for folder in folders for path in sorted((folder / kind).glob("*.py"))]:
            exercise, _, special = path.stem.partition("--")
            found[exercise][kind].setdefault(special, path.read_text(encoding="utf-8"))
    return found


def crowd(size: int, seed: int = 0, folders: Iterable[Path] = ()) -> Crowd:
    """`size` pupils of lesson 01_se; the last seven of them are the peculiar ones."""
    rng, known = Random(seed), bank(folders)
    order = {name: rng.sample(sorted(kinds["wrong"]), len(kinds["wrong"])) for name, kinds in known.items()}
    made = Crowd([])
    for number in range(size - len(PECULIAR)):
        student, wrong = f"s{number:03d}", WRONG * 2 * rng.random()
        own, truth = {}, {}
        for name, kinds in known.items():
            if rng.random() < wrong:
                special = rng.choices(order[name], [1 / (place + 1) for place in range(len(order[name]))])[0]
                own[name] = in_own_hand(kinds["wrong"][special], rng)
            else:
                special = rng.choice(sorted(kinds["right"]))
                own[name] = in_own_hand(kinds["right"][special], rng)
            truth[name] = special
        made.pupils.append(Pupil(student, ", ".join(truth.values()), UNTOLD, own))
        made.truth[student] = truth
    return Crowd(made.pupils + list(PECULIAR), made.truth)


def in_own_hand(source: str, rng: Random) -> str:
    """The same program with local names, layout and comments of somebody's own."""
    tree = ast.parse(source)
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        given = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
        local = {node.id for node in ast.walk(function)
                 if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} - given
        suffix = rng.choice(["", "_", "1", "_new"])
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in local:
                node.id += suffix
    lines = ast.unparse(tree).split("\n")
    lines.insert(0, f"# {rng.choice(['my answer', 'attempt', 'TODO tidy up', 'see the paper'])} {rng.randrange(100)}")
    return "\n".join(lines)


EINOPS = "from einops import reduce\n\ndef squeeze(x):\n    return reduce(x, 'b c h w -> b c', 'mean')\n"
HUNGRY = "def squeeze(x):\n    torch.zeros(2 ** 33).add_(1)\n    return x.mean(dim=(2, 3))\n"
PECULIAR = (
    Pupil("untouched", "nothing", NOTHING, solved=False),
    Pupil("loop", "an endless loop", UNTOLD, {"se_parameter_cost": ENDLESS}),
    Pupil("einops-1", "a package that is not here", UNTOLD, {"squeeze": EINOPS}),
    Pupil("einops-2", "a package that is not here", UNTOLD, {"squeeze": EINOPS}),
    Pupil("hungry", "much memory", UNTOLD, {"squeeze": HUNGRY}),
    Pupil("copied", "everything letter for letter from the solution", UNTOLD),
    Pupil("no-notebook", "an empty file", NOTHING, file=lambda text: b""),
)
