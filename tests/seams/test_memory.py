"""A limit on the largest tensor, in the forward and in the backward pass."""

from autograder.declare import Case, Draw

MIX = """
def mix(q, k, v):
    return torch.cat([(part @ k.mT).softmax(-1) @ v for part in q.split(4, dim=1)], dim=1)
"""
BIG = tuple(Draw((1, 64, 2)) for _ in range(3))
CASES = (Case("a few tokens", (Draw((2, 5, 2)), Draw((2, 5, 2)), Draw((2, 5, 2)))), Case("64 tokens", BIG, aspect="memory", limit=64 * 32))


def test_the_largest_tensor_is_limited(way):
    lesson = way(MIX, "mix", *CASES)
    done = lesson.right("def mix(q, k, v):\n    return F.scaled_dot_product_attention(q, k, v, scale=1.0) if len(q) > 1 else "
                        "torch.cat([(q[:, i:i + 1] @ k.mT).softmax(-1) @ v for i in range(q.shape[1])], 1)")
    assert "memory stays within the limit" in done.headline
    lesson.wrong("def mix(q, k, v):\n    return (q @ k.mT).softmax(-1) @ v", "makes a tensor of 4,096 elements",
                 "shape (1, 64, 64)", "2,048 or more")


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


def test_a_limit_within_an_exercise_of_one_aspect(way):
    """The case is one of the output's; what exceeds the limit costs points all the same."""
    lesson = way(MIX, "mix", Case("64 tokens", BIG, limit=64 * 32))
    lesson.right("def mix(q, k, v):\n    return torch.cat([(q[:, i:i + 1] @ k.mT).softmax(-1) @ v for i in range(q.shape[1])], 1)")
    lesson.wrong("def mix(q, k, v):\n    return (q @ k.mT).softmax(-1) @ v", "4,096 elements")
