"""One layer under two names, which is looked for before any number is compared."""

import pytest

from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

PAIR = """
class Pair(nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.first = nn.Sequential(nn.Linear(width, 5), nn.ReLU(), nn.Linear(5, width))
        self.second = nn.Sequential(nn.Linear(width, 5), nn.ReLU(), nn.Linear(5, width))
        self.a, self.b = nn.Parameter(torch.ones(3)), nn.Parameter(torch.ones(3))

    def forward(self, x):
        return self.second(self.a * self.first(x) + self.b)
"""
ALIKE = "self.first = self.second = nn.Sequential(nn.Linear(width, 5), nn.ReLU(), nn.Linear(5, width))"
FIRST, SECOND = (line.strip() for line in PAIR.splitlines()[5:7])
CASES = (Case("numbers", (RandomTensor((2, 3)),)), Case("others", (RandomTensor((4, 3)),)))


def one_and_the_same(one, other, kind="layer"):
    return f"`{one}` and `{other}` are the same {kind} under two names"


@pytest.mark.parametrize("source, said", [
    (PAIR.replace(FIRST, ALIKE).replace(SECOND, "pass"), one_and_the_same("first", "second")),
    (PAIR.replace(SECOND, "self.second = nn.Sequential(self.first[0], nn.ReLU(), nn.Linear(5, width))"),
     one_and_the_same("first.0", "second.0")),
    (PAIR.replace("self.a, self.b = nn.Parameter(torch.ones(3)), nn", "self.a = self.b = nn"),
     one_and_the_same("a", "b", "parameter")),
    (PAIR.replace(FIRST, ALIKE).replace(SECOND, "pass").replace("first", "one").replace("second", "two"),
     one_and_the_same("one", "two")),
])
def test_it_leads_whatever_else_differs(way, source, said):
    judged = way(PAIR, "Pair", *CASES).wrong(source)
    assert said in judged.headline


def test_a_layer_that_rightly_has_two_names(way):
    second_name = PAIR.replace("def forward",
                               "    self.all = nn.Sequential(self.first, self.second)\n\n    def forward")
    lesson = way(PAIR, "Pair", *CASES)
    lesson.right(second_name)
    lesson.wrong(second_name.replace("+ self.b", "- self.b"), never=("under two names",))
    without_weights = PAIR.replace("nn.ReLU()", "relu").replace("self.first =", "relu = nn.ReLU(); self.first =")
    lesson.wrong(without_weights.replace("+ self.b", "- self.b"), never=("under two names",))
