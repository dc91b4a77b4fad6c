"""Arguments that are refused, on construction or at the first call."""

import pytest

from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

TOKENS = """
class Tokens(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        if channels % heads:
            raise ValueError(f"{channels} channels, {heads} heads")
        self.heads = heads
        self.proj = nn.Linear(channels, channels)

    def forward(self, x, height, width):
        if height * width != x.shape[1]:
            raise ValueError(f"{height} x {width} is not {x.shape[1]}")
        return self.proj(x).unflatten(1, (height, width)).unflatten(-1, (self.heads, -1))
"""
CASES = (
    Case("a grid of 2 x 3", (RandomTensor((2, 6, 4)), 2, 3), construct={"channels": 4, "heads": 2}),
    Case("heads that do not divide", (RandomTensor((2, 6, 4)), 2, 3), construct={"channels": 4, "heads": 3},
         raises=(4, 3)),
    Case("a size of other tokens", (RandomTensor((2, 6, 4)), 2, 4), construct={"channels": 4, "heads": 2},
         raises=(2, 4, 6)),
    Case("any message", (RandomTensor((2, 6, 4)), 7, 1), construct={"channels": 4, "heads": 2}, raises=()),
)


def test_errors_at_the_call_too(way):
    lesson = way(TOKENS, "Tokens", *CASES)
    lesson.right("""
        class Tokens(nn.Module):
            def __init__(self, channels, heads):
                super().__init__()
                self.channels, self.heads = channels, heads
                self.linear = nn.Conv1d(channels, channels, 1)
                self.table = nn.Identity()

            def forward(self, x, height, width):
                if self.channels % self.heads or x.size(1) != height * width:
                    raise ValueError(f"no: {self.channels} {self.heads} {height}*{width}, N={x.size(1)}")
                y = self.linear(x.mT).mT
                return y.reshape(len(x), height, width, self.heads, -1)
        """)
    lesson.wrong(TOKENS.replace("if height", "if False and height"),
                 "With a size of other tokens: your code raises RuntimeError",
                 "so that callers can tell it from a bug")
    lesson.wrong(TOKENS.replace('f"{height} x {width} is not {x.shape[1]}"', '"bad size"'),
                 "the ValueError says 'bad size'; name 2, 4 and 6 in it")
    lesson.wrong(TOKENS.replace("if channels % heads", "if False"), "heads that do not divide")
    lesson.wrong(TOKENS.replace("if height", "if False and height").replace(".unflatten(1, (height, width))",
                                                                            "[:, :1]"),
                 "Expected shape (2, 2, 3, 2, 2)")


def test_no_error_at_all(way):
    lesson = way("def root(x):\n    if x < 0:\n        raise ValueError(f'{x}')\n    return x ** 0.5", "root",
                 Case("nine", (9,)),
                 Case("minus seven", (-7,), raises=(7,)))
    lesson.right("def root(x):\n    if x < 0:\n        raise ValueError(x)\n    return math.sqrt(x)")
    lesson.wrong("def root(x):\n    return abs(x) ** 0.5", "no ValueError is raised; raise one whose message names 7.")
    lesson.wrong("def root(x):\n    if x < 0:\n        raise ValueError\n    return x ** 0.5", "name 7 in it")


def test_a_mistake_that_crashes_is_known_by_its_message(way):
    """Two crashes of one type are two mistakes; a catalogued one that explains the errors alone does not lead a
    wrong output."""
    known = (Mistake("missing-layer", "The projection is called by another name than it was given.",
                     {"self.proj(x)": "self.project(x)"},
                     exercise="Tokens"),
             Mistake("no-error", "The sizes are not compared.",
                     {"if height * width != x.shape[1]": "if False"},
                     exercise="Tokens"))
    lesson = way(TOKENS, "Tokens", *CASES, mistakes=known)
    assert lesson.wrong(TOKENS.replace("self.proj(x)", "self.project(x)"),
                        "called by another name").mistake == "missing-layer"
    assert lesson.wrong(TOKENS.replace("self.proj(x)", "self.proj(x).foo"), "has no attribute 'foo'").mistake is None
    assert lesson.wrong(TOKENS.replace("if height * width != x.shape[1]", "if 0"),
                        "The sizes are not compared.").mistake == "no-error"
    both = TOKENS.replace("if height * width != x.shape[1]", "if 0").replace("self.proj(x)", "-self.proj(x)")
    lesson.wrong(both, "its sign is flipped everywhere")
