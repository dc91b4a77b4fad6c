"""`python -m tests.adversarial.honest LAYERS`: what honest notebooks (tests/judge/honest) lose behind these layers that
nobody told their authors of. Prints it as JSON."""

from __future__ import annotations

import json
import sys

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.sandbox import limits
from autograder.sandbox.sandbox import Sandbox
from autograder.submission.notebook import lesson
from tests.hidden import SEED
from tests.judge.test_honest import HONEST


def lost(layers: list[str]) -> dict[str, str]:
    found = {}
    with Judge(Settings("none", seed=SEED)) as judge:
        judge.sandboxes["cpu"].close()
        judge.sandboxes["cpu"] = Sandbox(layers=layers)
        for name, honest in HONEST.items():
            result = judge.grade(honest.notebook())
            expected = {slot.name: slot.points - honest.lost.get(slot.name, 0) for slot in
                        lesson(honest.lesson).exercises}
            points = {exercise: verdict.points for exercise, verdict in result.verdicts.items()}
            if points != expected:
                found[name] = f"{points}, {result.error}"
    return found


if __name__ == "__main__":
    limits.QUESTION_CPU, limits.CELL_AGAIN_CPU = 2.0, 0.2
    print(json.dumps(lost(sys.argv[1].split("+"))))
