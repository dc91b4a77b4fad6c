"""A limit on the largest tensor, in the forward and in the backward pass."""

from dataclasses import replace

import pytest

from autograder.lessons.declare import Case, OfProducts, RandomTensor

pytestmark = pytest.mark.quick

MIX = """
def mix(q, k, v):
    return torch.cat([(part @ k.mT).softmax(-1) @ v for part in q.split(4, dim=1)], dim=1)
"""
BIG = tuple(RandomTensor((1, 64, 2)) for _ in range(3))
CASES = (Case("a few tokens", (RandomTensor((2, 5, 2)), RandomTensor((2, 5, 2)), RandomTensor((2, 5, 2)))),
         Case("64 tokens", BIG, limit=64 * 32))


def test_the_largest_tensor_is_limited(way):
    lesson = way(MIX, "mix", *CASES)
    done = lesson.right("def mix(q, k, v):\n    return F.scaled_dot_product_attention(q, k, v, scale=1.0) if len(q) "
                        "> 1 else torch.cat([(q[:, i:i + 1] @ k.mT).softmax(-1) @ v for i in range(q.shape[1])], 1)")
    assert "stays within the memory limit" in done.headline
    lesson.wrong("def mix(q, k, v):\n    return (q @ k.mT).softmax(-1) @ v", "makes a tensor of 4,096 elements",
                 "shape (1, 64, 64)", "2,048 or more")


def test_a_view_takes_no_memory(way):
    """It has 8,192 elements, and 128 numbers behind them."""
    way(MIX, "mix", *CASES).right(MIX.replace("    return", "    q[:, :, None].expand(-1, -1, 64, -1)\n    return"))


def test_the_backward_pass_counts(way):
    lesson = way(MIX, "mix", *CASES)
    lesson.wrong("""
        class Thrifty(torch.autograd.Function):
            @staticmethod
            def forward(ctx, q, k, v):
                ctx.save_for_backward(q, k, v)
                return torch.cat([(part @ k.mT).softmax(-1) @ v for part in q.split(4, dim=1)], dim=1)

            @staticmethod
            def backward(ctx, gradient):
                with torch.enable_grad():
                    q, k, v = (t.detach().requires_grad_() for t in ctx.saved_tensors)
                    return torch.autograd.grad((q @ k.mT).softmax(-1) @ v, (q, k, v), gradient)


        def mix(q, k, v):
            return Thrifty.apply(q, k, v)
        """, "argest tensor", "4,096 elements")


def test_a_limit_of_products_of_matrices(way):
    """What is kept of each block is large together, and no product is; a product with all pairs is refused."""
    case = Case("64 tokens", BIG, limit=OfProducts(64 * 32), gradients=False)
    lesson = way(MIX, "mix", *CASES[:1], case)
    lesson.right(MIX.replace("    return", "    torch.zeros(64, 64)\n    return"))
    for product in ("q @ k.mT", "torch.einsum('bnd,bmd->bnm', q, k)", "torch.baddbmm(torch.zeros(()).to(q), q, k.mT)"):
        lesson.wrong(f"def mix(q, k, v):\n    return ({product}).softmax(-1) @ v", "makes a tensor of 4,096 elements")


def test_a_limit_within_an_exercise_with_one_check(way):
    """The case is one of the output's; what exceeds the limit costs points all the same."""
    lesson = way(MIX, "mix", Case("64 tokens", BIG, limit=64 * 32))
    lesson.right("def mix(q, k, v):\n    return torch.cat([(q[:, i:i + 1] @ k.mT).softmax(-1) @ v for i in "
                 "range(q.shape[1])], 1)")
    lesson.wrong("def mix(q, k, v):\n    return (q @ k.mT).softmax(-1) @ v", "4,096 elements")


@pytest.mark.parametrize("answer, telling", [
    ("F.scaled_dot_product_attention(q, k, v, scale=1.0)", "because its arguments have fewer than four axes"),
    ("F.scaled_dot_product_attention(q[:, None], k[:, None], v.mT.contiguous().mT[:, None], scale=1.0)[:, 0]",
     "because the numbers of a position do not lie side by side"),
    ("torch.cat([(rows @ k.mT).softmax(-1) @ v for rows in q.split(4)], 0)",
     "`split` and `chunk` cut along axis 0, the batch"),
])
def test_the_cause_of_a_large_tensor(way, answer, telling):
    lesson = way(MIX, "mix", *CASES)
    lesson.wrong(f"def mix(q, k, v):\n    return {answer}", "The numbers are right", telling,
                 f"in your line: return {answer}")


def test_a_fused_kernel_with_values_of_another_width(way):
    lesson = way(MIX, "mix", *(replace(case, args=(*case.args[:2], RandomTensor((*case.args[2].shape[:2], 3))))
                               for case in CASES))
    answer = "F.scaled_dot_product_attention(q[:, None], k[:, None], v[:, None], scale=1.0)[:, 0]"
    lesson.wrong(f"def mix(q, k, v):\n    return {answer}",
                 "because queries and keys do not have the same width as the values")
    lesson.right(f"def mix(q, k, v):\n    q, k = F.pad(q, (0, 1)), F.pad(k, (0, 1))\n    return {answer}")


def test_more_than_the_limit_leaves_half_of_the_points(way):
    lesson = way(MIX, "mix", *CASES)
    said = lesson.wrong("def mix(q, k, v):\n    parts = [one for one in q.split(1)]\n    return torch.cat([(q @ "
                        "k.mT).softmax(-1) @ v], 0)",
                        "The numbers are right", never=("name the axis",))
    assert said.points == 5


LARGE = Case("numbers too large for `exp` alone", tuple(RandomTensor((1, 8, 2), scale=100.0) for _ in range(3)),
             large=True,
             gradients=False)
WHOLE = "def mix(q, k, v):\n    return {} @ v"
BARE = "((q @ k.mT).exp() / (q @ k.mT).exp().sum(-1, keepdim=True))"


def test_numbers_are_called_right_only_if_they_are(way):
    """A tensor that is too large is no reason to praise what overflows, is wrong in the same case, or stops."""
    praise = "The numbers are right"
    lesson = way(MIX, "mix", *CASES, LARGE)
    lesson.wrong(WHOLE.format("(q @ k.mT).softmax(-1)"), praise, "4,096 elements")
    lesson.wrong(WHOLE.format(BARE), "numbers are NaN", "With numbers too large for `exp` alone", never=(praise,))
    lesson.wrong(WHOLE.format("(q @ k.mT).softmax(-1)") + " + (q.shape[1] > 32)", "wrong with 64 tokens",
                 never=(praise,))
    lesson.wrong(WHOLE.format("(q @ k.mT).softmax(-1)").replace("return", "assert q.shape[1] < 32\n    return"),
                 "Your code stops with an error", never=(praise,))


def test_a_wrong_gradient_in_the_case_that_is_too_large(way):
    lesson = way(MIX, "mix", *CASES)
    slow = WHOLE.format("(q @ k.mT).softmax(-1)").replace("return",
                                                          "q = q.detach() if q.shape[1] > 32 else q\n    return")
    lesson.wrong(slow, never=("The numbers are right",))


def test_what_is_more_than_the_limit_and_changes_its_input(way):
    lesson = way(MIX, "mix", *CASES)
    lesson.wrong("def mix(q, k, v):\n    out = (q @ k.mT).softmax(-1) @ v\n    v.data.mul_(2)\n    return out",
                 "changes it in place")
