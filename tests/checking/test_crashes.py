"""Answers that raise, exit or are the wrong kind of thing: no crash of ours, and a sentence that says what happened."""

import pytest

from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

SCALE = """
class Scale(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x):
        return x * self.weight
"""
CASES = (Case("two vectors", (RandomTensor((2, 3)),), construct={"channels": 3}),
         Case("one", (RandomTensor((1, 5)),), construct={"channels": 5}))


@pytest.mark.parametrize("line, telling", [
    ("raise SystemExit(3)", "SystemExit when it was called: 3"),
    ("return self.forward(x)", "RecursionError when it was called"),
    ("raise RuntimeError('a' * 1000000)", "RuntimeError when it was called: aaaa"),
    ("raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()", "Odd when it was called, without a message"),
    ("raise type('Odd', (Exception,), {'__str__': lambda self: 7})()", "Odd when it was called, without a message"),
    ("assert x.ndim == 4", "AssertionError when it was called, without a message"),
    ("raise GeneratorExit", "GeneratorExit when it was called"),
    ("return x @ self.weight[None]", "    self.weight: shape (3,)"),
    ("return x * self.wieght", "has no attribute 'wieght'"),
    ("self.weight.data = None", "TypeError"),
    ("return x * self.weight.numpy()", "RuntimeError when it was called: Can't call numpy()"),
    ("return torch.ones(2, 3, requires_grad=True).mul_(1)", "RuntimeError when it was called: a leaf Variable"),
])
def test_a_crash_is_told(way, line, telling):
    lesson = way(SCALE, "Scale", *CASES)
    lesson.right(SCALE.replace("x * self.weight", "torch.einsum('bc,c->bc', x, self.weight)"))
    said = lesson.wrong(SCALE.replace("return x * self.weight", line), telling, "in your line: " + line)
    assert len(said.headline) < 700


def test_a_crash_in_the_backward_pass_does_not_hide_a_wrong_output(way):
    lesson = way(SCALE, "Scale", *CASES)
    crash = "y = torch.exp(x * self.weight)\n        z = y.sum()\n        y += 1\n        return "
    judged = lesson.wrong(SCALE.replace("return x", crash + "0 * z + x"), "RuntimeError in the backward pass",
                          "inplace operation")
    assert 0 < judged.points
    judged = lesson.wrong(SCALE.replace("return x", crash + "0 * z + 2 * x"),
                          "it is 2 times the expected one everywhere")
    assert judged.points == 0


@pytest.mark.parametrize("answer, telling", [
    (SCALE.replace("channels", "dim"), "unexpected keyword argument 'channels'"),
    (SCALE.replace("(nn.Module)", "").replace("super().__init__()", "pass"),
     "`Scale(...)` gives an object of type Scale, which is not a module: write `class Scale(nn.Module)`"),
    ("class Scale:\n    def __init__(self, channels):\n        pass\n    def forward(self, x):\n        return x",
     "which is not a module"),
    ("def Scale(channels):\n    return torch.ones(channels)", "gives an object of type Tensor, which is not a module"),
    ("def Scale(x, weight):\n    return x * weight", "unexpected keyword argument 'channels'"),
    (SCALE.replace("super().__init__()", "pass"), "Call `super().__init__()` first in your constructor."),
    (SCALE.replace("def forward", "def foward"), "is missing the required \"forward\" function"),
    (SCALE.replace("self, x):", "self, x, y):"), "missing 1 required positional argument: 'y'"),
    (SCALE.replace("self.weight = nn.Parameter(torch.ones(channels))", "self.weight = nn.Linear(channels, 1)"),
     "Not expected: `weight.weight`"),
    (SCALE.replace("super().__init__()", "super().__init__()\n        self.fc = nn.LazyLinear(channels)"),
     "uninitialized parameter"),
])
def test_the_wrong_kind_of_class(way, answer, telling):
    way(SCALE, "Scale", *CASES).wrong(answer, telling, never=("Not implemented yet", "no gradient arrives"))


def test_a_stub_is_not_a_mistake(way):
    lesson = way(SCALE, "Scale", *CASES)
    judged = lesson.wrong(SCALE.replace("return x * self.weight", "raise NotImplementedError"),
                          "Not implemented yet: write the code")
    assert not judged.started
    judged = lesson.wrong(SCALE.replace("x * self.weight", "torch.sparse.softmax(x.to_sparse(), 'no')"))
    assert judged.started
    judged = lesson.wrong(SCALE.replace("x * self.weight", "nn.Module()(x)"),
                          "NotImplementedError when it was called: Module [Module] is missing")
    assert judged.started


def test_refusing_with_another_error_is_no_stub(way):
    """Right but for one thing: impossible arguments are refused with a NotImplementedError."""
    lesson = way("def signed(x, sign):\n    if sign not in (1, -1):\n        raise ValueError(sign)\n    "
                 "return sign * x", "signed",
                 Case("a vector", (RandomTensor((3,)), -1)), Case("sign 0", (RandomTensor((3,)), 0), raises=()))
    for error in ("NotImplementedError", "NotImplementedError(f'sign {sign}')"):
        judged = lesson.wrong(f"def signed(x, sign):\n    if sign not in (1, -1):\n        raise {error}\n    "
                              "return sign * x",
                              "raise a ValueError, so that callers", never=("Not implemented yet",))
        assert judged.started and judged.points > 0
    lesson.wrong("def signed(x, sign):\n    if sign != 1:\n        raise NotImplementedError(f'what is {sign}?')\n   "
                 " return x",
                 "what is -1?", never=("Not implemented yet",))


def test_decorated_functions_know_their_notebook(way):
    lesson = way("def twice(x):\n    return 2 * x\n\ndef fourfold(x):\n    return twice(twice(x))", "fourfold",
                 Case("a vector", (RandomTensor((3,)),)))
    lesson.right("def fourfold(x):\n    return torch.add(x, x, alpha=3)")
    lesson.wrong("@torch.no_grad()\ndef fourfold(x):\n    return twice(2 * x)", "no gradient arrives")
    lesson.wrong("@torch.no_grad()\ndef fourfold(x):\n    return twice(missing)", "in your line: return twice(missing)")


LAYERS = """
class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
"""


@pytest.mark.parametrize("held, found", [("[nn.Linear(3, 3), nn.Linear(3, 3)]", "self.layers"),
                                         ("[[nn.Linear(3, 3), nn.Linear(3, 3)]]", "self.layers[0]"),
                                         ("{'all': [[nn.Linear(3, 3), nn.Linear(3, 3)]]}", "self.layers['all'][0]")])
def test_layers_that_torch_does_not_see_are_told(way, held, found):
    lesson = way(LAYERS, "Two", Case("two vectors", (RandomTensor((2, 3)),)))
    lesson.wrong(LAYERS.replace("nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])",
                                held).replace("in self.layers", f"in {found}"),
                 "`self.layers` is a plain Python container")
