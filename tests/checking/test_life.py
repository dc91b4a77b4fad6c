"""One module, several calls: whatever is kept from one to the next is seen, and no more is claimed than was tried."""

import pytest

from autograder.lessons import derive
from autograder.lessons.declare import Case, Exercise, RandomTensor, call

pytestmark = pytest.mark.quick

ROWS = """
class Rows(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))

    def forward(self, x, mask=None):
        row = torch.arange(x.shape[1], device=x.device, dtype=x.dtype)
        gate = x.mean((1, 2), keepdim=True).sigmoid()
        y = gate * self.weight * x * row[:, None]
        return y if mask is None else y * mask
"""
X, MASK = RandomTensor((2, 4, 3)), RandomTensor((2, 4, 1), kind="mask")
ANOTHER_SIZE, SAME = (
    "wrong after a call on the same module with inputs of other sizes",
    "A first call is right, but a second one is wrong",
)


def kept(line, name):
    """ROWS that makes something once."""
    value = line.partition(" = ")[2]
    return ROWS.replace(line, f"self.{name} = getattr(self, {name!r}, None)\n        if self.{name} is None:\n"
                              f"            self.{name} = {value}\n        {line.partition(' = ')[0]} = self.{name}")


def lesson(way, reference=ROWS, *cases):
    rows = Exercise("Rows", (lambda r: Case(args=(X, MASK)),), visible=(Case("tokens", (X,)), *cases),
                    small=Case(args=(X, MASK)))
    namespace = {}
    exec("import torch\nfrom torch import nn\n" + reference, namespace)
    reference_module = type("Module", (), {"Rows": namespace["Rows"]})
    return way(reference, "Rows", *derive.visible([rows], reference_module)["Rows"])


def test_a_module_is_called_with_two_sizes_in_one_life(way):
    rows = lesson(way)
    assert (
        "gives the right answer after an earlier call with the same sizes or other sizes," in rows.right(ROWS).headline
    )
    row = kept("row = torch.arange(x.shape[1], device=x.device, dtype=x.dtype)", "row")
    rows.wrong(row.replace("row = self.row", "row = self.row.to(x)"), ANOTHER_SIZE)
    anew = "if self.row is None or len(self.row) != x.shape[1]"
    rows.right(row.replace("if self.row is None", anew).replace("row = self.row", "row = self.row.to(x)"))
    gate = kept("gate = x.mean((1, 2), keepdim=True).sigmoid()", "gate")
    rows.wrong(gate, "is kept from call to call")
    rows.wrong(gate.replace("if self.gate is None", "if self.gate is None or len(self.gate) != len(x)"), SAME)


def test_the_last_mask_is_not_used_again(way):
    lesson(way).wrong(ROWS.replace("if mask", "if self.mask(mask)").replace("def forward", """def mask(self, given):
        self.last = given if given is not None else getattr(self, "last", None)
        return self.last

    def forward""").replace("if self.mask(mask) is None else y * mask", "if self.mask(mask) is None else y * self.last"),  # noqa: E501
                      SAME, "a second call, without `mask`")


def test_lazy_layers_get_their_sizes_and_hide_nothing_that_is_kept(way):
    """Their sizes come from the first call that the module is to meet: what it keeps of that is not what the call
    that counts needs."""
    scaled = ROWS.replace("* row[:, None]", "* length").replace("row = torch.arange(x.shape[1], device=x.device, "
                                                                "dtype=x.dtype)",
                                                                "length = float(x.shape[1])")
    layer, number = "self.fc = nn.Linear(3, 3)", "length = float(x.shape[1])"
    linear = scaled.replace("self.weight = nn.Parameter(torch.ones(3))", layer).replace("self.weight * x", "self.fc(x)")
    rows, lazy = lesson(way, linear), linear.replace(layer, "self.fc = nn.LazyLinear(3)")
    rows.right(lazy)
    kept_length = lazy.replace(number, f"self.length = getattr(self, 'length', float(x.shape[1]))\n        {number}")
    rows.wrong(kept_length.replace(number, "length = self.length"), ANOTHER_SIZE)
    rows.wrong(lazy.replace("y = gate", "y = gate @ gate[0, 0, 0, 0]"), "IndexError when it was called")
    rows.wrong(lazy.replace("self.fc(x)", "x"), "uninitialized parameter")


def test_lazy_layers_have_no_parameters_that_could_be_counted_before_any_input(way):
    count = Case("the number of its parameters", construct={}, method="parameters", gradients=False)
    rows = way(ROWS.replace("nn.Parameter(torch.ones(3))", "nn.Linear(3, 3).weight"), "Rows", count)
    rows.wrong(ROWS.replace("self.weight = nn.Parameter(torch.ones(3))", "self.fc = nn.LazyLinear(3)"),
               "uninitialized parameter")


def test_a_module_of_one_size_is_called_with_it_alone(way):
    def of(size):
        refused = f'if x.shape{size}:\n            raise ValueError("one size")\n        row = torch'
        return lesson(way, ROWS.replace("row = torch", refused)).right(ROWS).headline

    both = "gives the right answer after an earlier call with the same sizes or other sizes,"
    assert both in of("[1:] != (4, 3)")  # the batch may differ
    assert "gives the right answer after an earlier call with the same sizes," in of(" != (2, 4, 3)")


@pytest.mark.parametrize("case, sizes", [
    (call((2, 4, 5, 6)), [(3, 4, 6, 8)]), (call((2, 5, 4)), [(3, 6, 4)]), (call((2, 4)), [(3, 4)]),
    (Case(args=(RandomTensor((2, 12, 4)), 3, 4)), [(3, 48, 4), 6, 8]),
    (Case(args=(RandomTensor((2, 12, 4)), RandomTensor((2, 3, 1, 4)), (6, 2))), [(3, 48, 4), (3, 6, 2, 4), (12, 4)]),
])
def test_other_sizes_fit_together(case, sizes):
    made = derive.resized(case)[0]
    assert [getattr(value, "shape", value) for value in made.args] == sizes
