"""Inputs are left as they are."""

import pytest

from solutions.shared.declare import Case, RandomTensor

GATE = """
def gate(x, weights):
    return x * weights[0] + weights[1][0]
"""
CASES = (Case("a map", (RandomTensor((2, 3)), (RandomTensor((2, 3)), [RandomTensor((2, 3))]))),
         Case("every second column", (RandomTensor((2, 3), layout="strided"),
                                      (RandomTensor((2, 3), layout="transposed"), [RandomTensor((2, 3))]))))


@pytest.mark.parametrize("line, telling", [
    ("x *= weights[0]; return x + weights[1][0]", "nput `x`: your code changes it in place"),
    ("x = x.mul_(weights[0]); return x.add_(weights[1][0])", "nput `x`: your code changes it in place"),
    ("weights[1][0][...] += x * weights[0]; return weights[1][0]", "nput `weights[1][0]`: your code changes it in place"),
    ("y = x * weights[0] + weights[1][0]; weights[0].data.zero_(); return y", "nput `weights[0]`: your code changes it in place"),
    ("y = x * weights[0] + weights[1][0]; x.unsqueeze_(0); return y", "nput `x`: your code changes it in place"),
    ("y = x * weights[0] + weights[1][0]; x.resize_(1) if x.is_leaf else x.t_(); return y", "nput `x`: your code changes it in place"),
])
def test_a_change_in_place_is_told(way, line, telling):
    lesson = way(GATE, "gate", *CASES)
    lesson.right("def gate(x, weights):\n    y = x.clone()\n    y *= weights[0]\n    y += weights[1][0]\n    return y")
    judged = lesson.wrong(f"def gate(x, weights):\n    {line}", telling)
    assert next(check for check in judged.checks if check.name == "input").outcome == "failed"
