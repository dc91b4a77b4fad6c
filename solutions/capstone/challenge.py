"""Our own attempts at the capstone's record: `python -m solutions.capstone.challenge` trains each behind the wall, as
`autograder verify --record` does, and prints what it scores (about ten minutes of one core each). docs/records.md has
the results."""

from pathlib import Path

from attention_lab.networks.adapters import PLUGS
from autograder.intake.files import read
from autograder.lessons.course import NOTEBOOKS
from autograder.sandbox.sandbox import Sandbox
from autograder.verify.record import Entry, code_of, trained

OURS = {path.stem: path for path in sorted(Path(__file__).with_name("records").glob("*.py"))}
DRAW = 20261125  # of the pictures


def ours(name: str) -> Entry:
    """One of our attempts, with the solved notebooks beside it."""
    source = OURS[name].read_text(encoding="utf-8")
    return Entry(source, {plug.lesson: code_of(read(NOTEBOOKS / plug.lesson / f"{plug.lesson}.ipynb"))
                          for module, plug in PLUGS.items() if f'"{module}"' in source})


if __name__ == "__main__":
    with Sandbox() as sandbox:
        for name in OURS:
            print(f"{name}\n{trained(ours(name), sandbox, DRAW)}\n", flush=True)
