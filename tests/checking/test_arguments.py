"""What a case may hand over: tensors, numbers, sizes, tuples, None, masks, callables."""

import pytest
import torch

from autograder.lessons.declare import Affine, Case, Factory, Given, RandomTensor, TorchModule

pytestmark = pytest.mark.quick

ATTENTION = """
def dot_product_attention(q, k, v, scale=None):
    scale = q.shape[-1] ** -0.5 if scale is None else scale
    return (scale * q @ k.mT).softmax(-1) @ v
"""
THREE = (RandomTensor((2, 4, 3)), RandomTensor((2, 5, 3)), RandomTensor((2, 5, 6)))


def test_several_tensors_and_none(way):
    lesson = way(ATTENTION, "dot_product_attention", Case("no scale", THREE), Case("a scale", THREE, {"scale": 0.3}),
                 Case("None, said aloud", (*THREE, None)))
    lesson.right("""
        def dot_product_attention(q, k, v, scale=None):
            if scale is None:
                scale = 1 / math.sqrt(k.size(2))
            return torch.einsum("bnm,bme->bne", torch.softmax(torch.einsum("bnd,bmd->bnm", q * scale, k), 2), v)
        """)
    lesson.wrong("""
        def dot_product_attention(q, k, v, scale=None):
            return (q @ k.mT * q.shape[-1] ** -0.5).softmax(-1) @ v
        """, "The argument `scale` has no effect. Use it.", "With a scale:")
    lesson.wrong("""
        def dot_product_attention(q, k, v, scale=None):
            scale = q.shape[-1] ** -0.5 if scale is None else scale
            return (scale * q @ k.detach().mT).softmax(-1) @ v
        """, "Gradient of `k`", "no gradient arrives")
    lesson.wrong("""
        def dot_product_attention(q, k, v, scale=None):
            scale = q.shape[-1] ** -0.5 if scale is None else scale
            return (scale * q @ k.mT).softmax(-1) @ v + k.mean(1, keepdim=True).mean() * 0 + 1
        """, "it is 1 too large everywhere")


GRID = """
def to_grid(tokens, size, offset=(0, (0, 0)), keep=None):
    rows, (top, left) = offset
    grid = tokens.unflatten(1, tuple(size)).roll((rows + top, left), (1, 2))
    return grid if keep is None else grid * keep[..., None]
"""


def test_sizes_nested_tuples_and_boolean_tensors(way):
    lesson = way(GRID, "to_grid", Case("a torch.Size", (RandomTensor((2, 12, 3)), torch.Size((3, 4)))),
                 Case("a tuple", (RandomTensor((1, 10, 2)), (2, 5), (1, (0, 2)))),
                 Case("a boolean mask", (RandomTensor((2, 6, 2)), (2, 3)),
                      {"keep": RandomTensor((2, 2, 3), kind="bool")}))
    lesson.right("""
        def to_grid(tokens, size, offset=(0, (0, 0)), keep=None):
            h, w = size
            grid = tokens.reshape(len(tokens), h, w, -1)
            grid = torch.roll(grid, offset[0] + offset[1][0], dims=1)
            grid = torch.roll(grid, offset[1][1], dims=2)
            return grid if keep is None else torch.where(keep.unsqueeze(-1), grid, 0.0)
        """)
    lesson.wrong("""
        def to_grid(tokens, size, offset=(0, (0, 0)), keep=None):
            h, w = size
            grid = tokens.reshape(len(tokens), w, h, -1).transpose(1, 2)
            return grid if keep is None else grid * keep[..., None]
        """, "numbers differ")
    lesson.wrong("""
        def to_grid(tokens, size, offset=(0, (0, 0)), keep=None):
            rows, (top, left) = offset
            return tokens.unflatten(1, tuple(size)).roll((rows + top, left), (1, 2))
        """, "The argument `keep` has no effect. Use it.", "With a boolean mask:")


def test_integer_tensors(way):
    lesson = way("""
        def look_up(table, index):
            return table[index]
        """, "look_up", Case("some rows", (RandomTensor((7, 2)), RandomTensor((3, 4), kind="integers", high=7))))
    lesson.right("def look_up(table, index):\n    return F.embedding(index, table)")
    lesson.wrong("def look_up(table, index):\n    return table[index.T]", "Expected shape (3, 4, 2), got (4, 3, 2)")
    lesson.wrong("def look_up(table, index):\n    index += 0 * index - 1\n    return table[index + 1]",
                 "nput `index`: your code changes it in place")


def test_a_tuple_of_tensors_has_a_gradient_for_each(way):
    lesson = way("""
        def weighted(pair, weights):
            (a, b), (u, v) = pair, weights
            return u * a + v * b
        """, "weighted", Case("two maps", ((RandomTensor((2, 3)), RandomTensor((2, 3))), [0.25, 2])))
    lesson.right("def weighted(pair, weights):\n    return sum(w * t for w, t in zip(weights, pair))")
    lesson.wrong("def weighted(pair, weights):\n    return weights[0] * pair[0] + weights[1] * pair[1].detach()",
                 "Gradient of `pair[1]`")


def test_a_callable_argument(way):
    cases = (Case("a mild transform", (RandomTensor((2, 3, 4)), RandomTensor((2, 5, 4)), RandomTensor((2, 5, 2)),
                                       Affine(2.5, RandomTensor((2, 3, 5))))),
             Case("the same for all", (RandomTensor((1, 3, 4)), RandomTensor((1, 2, 4)), RandomTensor((1, 2, 2)),
                                       Affine(-1, 0.5))))
    lesson = way("""
        def cosine_attention(q, k, v, transform):
            cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).mT
            return transform(cosine).softmax(-1) @ v
        """, "cosine_attention", *cases)
    lesson.right("""
        def cosine_attention(q, k, v, transform):
            lengths = q.norm(dim=-1).unsqueeze(-1) * k.norm(dim=-1).unsqueeze(-2)
            weights = torch.softmax(transform(torch.einsum("bnd,bmd->bnm", q, k) / lengths), dim=2)
            return torch.bmm(weights, v)
        """)
    lesson.wrong("""
        def cosine_attention(q, k, v, transform):
            cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).mT
            return cosine.softmax(-1) @ v
        """, "numbers differ")
    lesson.wrong("""
        def cosine_attention(q, k, v, transform):
            return transform(q @ k.mT).softmax(-1)
        """, "Expected shape (2, 3, 2), got (2, 3, 5)")


def test_a_list_that_the_answer_changes(way):
    source = """
        def total(numbers):
            return sum(numbers)
        """
    lesson = way(source, "total", Case("three numbers", ([3, 1, 2],)))
    lesson.right(source)
    lesson.wrong(source.replace("return sum(numbers)", "numbers.sort()\n            return sum(numbers)"),
                 "Input `numbers`: your code changes this list")


def test_positional_arguments_of_a_constructor(way):
    source = """
        class Scale(nn.Module):
            def __init__(self, channels, factor=2):
                super().__init__()
                self.factor = factor

            def forward(self, x):
                return x * self.factor
        """
    lesson = way(source, "Scale", Case("a factor by name", (RandomTensor((2, 3)),),
                                       construct={"channels": 3, "factor": 5}),
                 Case("Scale(3, 4)", (RandomTensor((2, 3)),), construct=(3, 4)))
    lesson.right(source)
    lesson.wrong(source.replace("channels, factor=2", "factor=2, channels=1"),
                 "Right on other inputs, wrong with Scale(3, 4)")


TWO = """
class Two(nn.Module):
    def __init__(self, make, width=3):
        super().__init__()
        self.first = make(width)
        self.second = make(width)

    def forward(self, x, transform):
        return self.second(transform(self.first(x)))
"""
MAKE = Factory(TorchModule("Linear", (Given(), Given())))


def test_a_function_is_called_once_for_each_place(way):
    lesson = way(TWO, "Two", Case("two layers", (RandomTensor((2, 3)), Affine(2.0, 0.5)), construct={"make": MAKE}))
    assert "calls no function too often" in lesson.right(TWO).headline
    copied = TWO.replace("= make(width)", "= copy.deepcopy(layer)")
    lesson.right(copied.replace("self.first =", "import copy; layer = make(width); self.first ="))
    lost = lesson.wrong(TWO.replace("self.first =", "make(width); self.first ="),
                        "Input `make`: your code calls it 3 times; 2 calls are enough, one for each place where "
                        "it is needed.")
    assert [check.name for check in lost.checks if check.outcome != "passed"] == ["calls"]
    lesson.wrong(TWO.replace("return", "transform(x)\n        return"),
                 "Input `transform`: your code calls it 2 times; once is enough.")
