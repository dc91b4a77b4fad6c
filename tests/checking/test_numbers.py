"""Functions without a tensor among their arguments."""

import pytest
import torch

from autograder.lessons.declare import Case

pytestmark = pytest.mark.quick

SIZE = """
def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
    result = (size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1
    if result < 1:
        raise ValueError(f"{size} is too small")
    return result
"""


def test_a_number_is_compared_by_value(way):
    lesson = way(SIZE, "conv_output_size", Case("a stride of 2", (7, 3), {"stride": 2}),
                 Case("a wide padding", (4, 2, 3)),
                 Case("nothing is left", (2, 5), raises=()))
    lesson.right("""
        def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
            steps = (size + 2 * padding - (dilation * (kernel_size - 1) + 1)) / stride
            if steps < 0:
                raise ValueError("no output")
            return torch.tensor(math.floor(steps) + 1)
        """)
    lesson.wrong("""
        def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):
            if size < kernel_size:
                raise ValueError
            return (size + padding - dilation * (kernel_size - 1) - 1) // stride + 1
        """, "wrong with a wide padding", "expected 9, got 6 (0.6667 times as much)")
    lesson.wrong("def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):\n    print(size)",
                 "Expected a number of type int, got None. Is a `return` missing?")
    lesson.wrong("def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):\n    return True",
                 "got True",
                 never=("True times",))
    lesson.wrong("def conv_output_size(size, kernel_size, padding=0, dilation=1, stride=1):\n    return float('nan')",
                 "expected 3, got nan.")


def test_several_numbers(way):
    lesson = way("def cost(n, dim):\n    return 2 * n * n * dim, n * 0.1", "cost", Case("a long sequence", (12544, 64)))
    lesson.right("def cost(n, dim):\n    return [2.0 * n**2 * dim, n / 10]")
    lesson.wrong("def cost(n, dim):\n    return 2 * n * n * dim, n * 0.2", "Output[1]: expected 1254.4",
                 "(2 times as much)")
    lesson.wrong("def cost(n, dim):\n    return 2 * n * n * dim", "Expected a tuple of 2, got a number of type int")


def test_tensors_from_sizes_keep_their_own_dtype(way):
    """A table is float32 unless it is asked otherwise, although the questions are float64."""
    lesson = way("""
        def window_index(window, dtype=torch.float32):
            steps = torch.arange(window[0] * window[1])
            index = steps[:, None] - steps + len(steps) - 1
            return index, index.to(dtype) / 3, index > len(steps)
        """, "window_index", Case("a window of 2 x 3", ((2, 3),)), Case("float64", ((3, 2), torch.float64)))
    lesson.right("""
        def window_index(window, dtype=torch.float32):
            n = window[0] * window[1]
            index = torch.tensor([[i - j + n - 1 for j in range(n)] for i in range(n)])
            return index, index.to(dtype) / 3.0, index.gt(n)
        """)
    lesson.wrong("""
        def window_index(window, dtype=torch.float32):
            steps = torch.arange(window[0] * window[1])
            index = steps[:, None] - steps + len(steps) - 1
            return index, index.double() / 3, index > len(steps)
        """, "wrong with a window of 2 x 3", "its dtype is torch.float64, expected torch.float32; the numbers are right")  # noqa: E501
    lesson.wrong("""
        def window_index(window, dtype=torch.float32):
            steps = torch.arange(window[0] * window[1])
            index = steps - steps[:, None] + len(steps) - 1
            return index, index.to(dtype) / 3, index > len(steps)
        """, "its axes are in the order (1, 0)")
    lesson.wrong("""
        def window_index(window, dtype=torch.float32):
            steps = torch.arange(window[0] * window[1])
            index = steps[:, None] - steps + len(steps) - 1
            return index.float(), index.to(dtype) / 3, index > len(steps)
        """, "its dtype is torch.float32, expected torch.int64; the numbers are right", never=("follow the input",))
