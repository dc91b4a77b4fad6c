"""What may come back: tuples, lists, dicts, sizes and numbers among tensors, and things that are no answer at all."""

import pytest

from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

EMBED = """
def embed(x, patch):
    y = F.avg_pool2d(x, patch)
    return y.flatten(2).transpose(1, 2), (y.shape[2], y.shape[3])
"""
MAP = (Case("a map of 7 x 5", (RandomTensor((2, 3, 7, 5)), 2)),)


def test_a_tensor_and_its_size(way):
    lesson = way(EMBED, "embed", *MAP)
    lesson.right("""
        def embed(x, patch):
            y = F.avg_pool2d(x, patch)
            return [torch.einsum("bchw->bhwc", y).flatten(1, 2), y.shape[-2:]]
        """)
    lesson.right("""
        def embed(x, patch):
            h, w = x.shape[2] // patch, x.shape[3] // patch
            return F.avg_pool2d(x, patch).flatten(2).mT, (torch.tensor(h), float(w))
        """)
    lesson.wrong("""
        def embed(x, patch):
            return F.avg_pool2d(x, patch).flatten(2).mT, (-(-x.shape[2] // patch), x.shape[3] // patch)
        """, "Output[1][0]: expected 3, got 4")
    lesson.wrong("""
        def embed(x, patch):
            y = F.avg_pool2d(x, patch)
            return y.flatten(2).mT, y.shape[2], y.shape[3]
        """, "Expected a tuple of 2, got a tuple of 3")
    lesson.wrong("""
        def embed(x, patch):
            y = F.avg_pool2d(x, patch)
            return y.flatten(2).mT, y.shape
        """, "Output[1]: Expected a tuple of 2, got a torch.Size of 4")
    lesson.wrong("def embed(x, patch):\n    return F.avg_pool2d(x, patch).flatten(2).mT",
                 "Expected a tuple of 2, got a tensor")


def test_several_tensors_have_their_own_gradients(way):
    lesson = way("""
        def heads(x):
            return x.mean(1), (x.amax(1), x.sum(1))
        """, "heads", Case("three numbers each", (RandomTensor((2, 3, 4)),)))
    lesson.right("def heads(x):\n    return x.sum(1) / x.shape[1], (x.max(dim=1).values, torch.einsum('bcn->bn', x))")
    lesson.wrong("def heads(x):\n    return x.mean(1), (x.sum(1), x.amax(1))", "Output[1][0]")
    lesson.wrong("def heads(x):\n    return x.mean(1), (x.amax(1), x.detach().sum(1))", "Gradient of `x`")


def test_a_list_and_a_dict(way):
    lesson = way("""
        def pyramid(x, levels):
            return {"levels": [F.avg_pool2d(x, 2**i) for i in range(levels)], "size": x.shape[2:], "tensor": x.mean()}
        """, "pyramid", Case("two levels", (RandomTensor((1, 2, 4, 6)), 2)))
    lesson.right("""
        def pyramid(x, levels):
            maps = [x]
            for _ in range(levels - 1):
                maps.append(F.interpolate(maps[-1], scale_factor=0.5, mode="area"))
            return dict(levels=maps, size=(x.shape[2], x.shape[3]), tensor=x.sum() / x.numel())
        """)
    lesson.wrong("def pyramid(x, levels):\n    return {'levels': [x], 'size': x.shape[2:], 'tensor': x.mean()}",
                 "Output['levels']: Expected a list of 2, got a list of 1")
    lesson.wrong("def pyramid(x, levels):\n    return [F.avg_pool2d(x, 2**i) for i in range(levels)]",
                 "Expected a dict with levels, size, tensor")
    lesson.wrong("""
        def pyramid(x, levels):
            return {"levels": [F.max_pool2d(x, 2**i) for i in range(levels)], "size": x.shape[2:], "tensor": x.mean()}
        """, "output['levels'][1]")


POOL = """
def pool(x):
    return x.mean((2, 3))
"""
ONE = (Case("a map", (RandomTensor((2, 3, 4, 5)),)), Case("another", (RandomTensor((1, 2, 3, 2)),)))


def test_results_that_are_views(way):
    lesson = way("def spread(x):\n    return x.mean((2, 3), keepdim=True).expand_as(x)", "spread", *ONE)
    lesson.right("def spread(x):\n    return x.mean((2, 3), keepdim=True).repeat(1, 1, *x.shape[2:])")
    lesson.right("def spread(x):\n    return torch.stack([x.mean((2, 3))[:, :, None, None].expand_as(x)] * 2)[1]")
    lesson.wrong("def spread(x):\n    return x.mean((2, 3), keepdim=True)",
                 "Expected shape (2, 3, 4, 5), got (2, 3, 1, 1)")


@pytest.mark.parametrize("body, telling", [
    ("x.mean((2, 3))", "Expected a tensor, got None. Is a `return` missing?"),
    ("return (x.mean((2, 3)),)", "Expected a tensor, got a tuple of 1"),
    ("return x.mean((2, 3)).to_sparse()", "got a sparse tensor"),
    ("return x.mean((2, 3)) + 0j", "got a complex tensor"),
    ("return x.mean((2, 3)).to('meta')", "got a tensor without numbers, on the device meta"),
    ("return torch.nested.nested_tensor([x[0].mean((1, 2))])", "got a nested tensor"),
    ("return x.mean((2, 3)).tolist()", "got a list of 2"),
    ("return x.mean((2, 3)).detach().numpy()", "got an object of type ndarray"),
    ("return nn.Flatten(1)", "got an object of type Flatten"),
    ("return 10 ** 5000", "got an integer of hundreds of digits"),
    ("return (x.mean((2, 3)) for _ in range(1))", "got an object of type generator"),
    ("return 'a' * 100000", "got a text"),
    ("return x.mean((2, 3)) / 0", "6 of 6 numbers are infinite"),
    ("return x.mean((2, 3)) * float('nan')", "6 of 6 numbers are NaN"),
    ("return x.mean((2, 3)).float()", "`float` makes a tensor float32, whatever dtype `x` has"),
    ("return x.mean((2, 3)).half()", "its dtype is torch.float16, expected torch.float64"),
    ("return x.mean((2, 3)).bfloat16()", "its dtype is torch.bfloat16, expected torch.float64"),
    ("return x.mean((2, 3)).long()", "its dtype is torch.int64, expected torch.float64. It"),
    ("return x.float().mean((2, 3)).double()", "`float` makes a tensor float32, whatever dtype `x` has"),
])
def test_what_is_no_answer(way, body, telling):
    lesson = way(POOL, "pool", *ONE)
    lesson.right("def pool(x):\n    return x.flatten(2).sum(2) / (x.shape[2] * x.shape[3])")
    lesson.wrong(f"def pool(x):\n    {body}", telling)


def test_inference_mode_is_told_as_a_missing_gradient(way):
    way(POOL, "pool", *ONE).wrong("@torch.inference_mode()\ndef pool(x):\n    return x.mean((2, 3))",
                                  "no gradient arrives")


def test_exchanged_outputs(way):
    lesson = way("def parts(x):\n    return x.mean(1), x.sum(1)", "parts",
                 Case("two images", (RandomTensor((2, 3, 4)),)))
    lesson.right("def parts(x):\n    total = x.sum(dim=1)\n    return total / x.shape[1], total")
    lesson.wrong("def parts(x):\n    return x.sum(1), x.mean(1)", "Output[0]: it is what output[1] should be.")
