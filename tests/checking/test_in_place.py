"""Inputs are left as they are."""

import pytest

from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

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
    ("weights[1][0][...] += x * weights[0]; return weights[1][0]",
     "nput `weights[1][0]`: your code changes it in place"),
    ("y = x * weights[0] + weights[1][0]; weights[0].data.zero_(); return y",
     "nput `weights[0]`: your code changes it in place"),
    ("y = x * weights[0] + weights[1][0]; x.unsqueeze_(0); return y", "nput `x`: your code changes it in place"),
    ("y = x * weights[0] + weights[1][0]; x.resize_(1) if x.is_leaf else x.t_(); return y",
     "nput `x`: your code changes it in place"),
])
def test_a_change_in_place_is_told(way, line, telling):
    lesson = way(GATE, "gate", *CASES)
    lesson.right("def gate(x, weights):\n    y = x.clone()\n    y *= weights[0]\n    y += weights[1][0]\n    return y")
    judged = lesson.wrong(f"def gate(x, weights):\n    {line}", telling)
    assert next(check for check in judged.checks if check.name == "input").outcome == "failed"


HEAD = """
class Head(nn.Module):
    def __init__(self, dims, names=None):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(dims[0], dims[0][1:]))

    def forward(self, x, sizes=None):
        for layer in self.layers:
            x = layer(x)
        return x
"""


@pytest.mark.parametrize("change, telling", [
    ("super().__init__(); dims[0].append(dims[0][-1]); dims = [dims[0][:-1]]",
     "nput `dims[0]`: your code changes this list, but"),
    ("super().__init__(); dims[0] = list(dims[0])", "nput `dims`: your code changes this list, but the caller"),
    ("super().__init__(); names.pop('a')",
     "nput `names`: your code changes this dict, but the caller may use it again"),
    ("sizes=None):; sizes['side'][0] += 1", "nput `sizes.side`: your code changes this list"),
])
def test_lists_and_dicts_are_left_as_they_are_by_a_constructor_too(way, change, telling):
    construct = {"dims": [[3, 4, 2]], "names": {"a": 1}}
    lesson = way(HEAD, "Head", Case("two layers", (RandomTensor((2, 3)), {"side": [4]}), construct=construct))
    assert "does not change the tensors, lists and dicts that it is given" in lesson.right(HEAD).headline
    lines = change.split("; ")
    lost = lesson.wrong(HEAD.replace(lines[0], "\n        ".join(lines)), telling)
    assert [check.name for check in lost.checks if check.outcome != "passed"] == ["input"]


def test_a_list_that_a_constructor_is_given_by_its_place(way):
    lesson = way(HEAD, "Head", Case("one layer", (RandomTensor((2, 3)),), construct=([[3, 2]],)))
    kept = HEAD.replace("self.layers =", "self.dims = dims; self.layers =")
    changed = kept.replace("for layer in", "self.dims[0].append(1)\n        for layer in")
    lesson.wrong(changed, "nput `argument 1 of the constructor[0]`: your code changes this list")
