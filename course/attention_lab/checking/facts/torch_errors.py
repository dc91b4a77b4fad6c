"""Explains the most frequent errors of torch, for people who meet them for the first time.

One table for every supported version of torch. tests/torch_errors.py raises each error, and tests/versions does so with
other versions.
"""

from __future__ import annotations

import ast
import re

from ..form.protocol import Raised

A_CLASS = "nn.{0} is a class of layers: `nn.{0}()` makes a layer, and `nn.{0}()(x)` calls it."
SEVERAL = "Give several axes as one tuple: `{0}` with `dim=(2, 3)`."
PRODUCT = ("In a matrix product `A @ B`, the last axis of A must be as long as the second-last axis of B, but their "
           "lengths are {0} and {1}.{sides} Does one of them have to be transposed? (`*` multiplies number by number, "
           "and a linear layer multiplies the last axis of its input.)")
TWO_DTYPES = ("Two dtypes meet here. Most checks call your code with float64, and a tensor or layer that you make "
              "yourself is float32 unless you say `dtype=x.dtype` (or use `x.new_zeros(...)`). `.float()` makes "
              "float32 of everything.")
TRANSPOSED = ("`.T` and `.t()` are for matrices: `.T` turns round all axes, the batch too. `.mT` (or "
              "`.transpose(-2, -1)`) swaps the last two only.")
# From an error's message to a sentence with what the pattern's groups found. The first pattern that fits counts.
# {sides}: what A and B are in the learner's line, if that is clear.
MEANINGS = (
    (r"cannot assign \w+ before Module\.__init__\(\) call", "Call `super().__init__()` first in your constructor."),
    (r"^name '(\w+)' is not defined", "Nothing has the name `{0}` yet: was the cell run that defines or imports it? Or "
     "is the name misspelt?"),
    (r"must be Tensor, not (ReLU|Sigmoid|Softmax|GELU|Tanh|SiLU|Dropout)\b", A_CLASS),
    (r"\b(Sigmoid|Tanh|SiLU)\.__init__\(\) takes 1 positional argument", A_CLASS),
    (r"Boolean value of Tensor", "A tensor of many numbers is neither true nor false, so it can't stand "
     "behind `if`. Is it passed to a layer's constructor? `nn.ReLU()` makes a layer, and `nn.ReLU()(x)` calls it."),
    (r"NoneType", "Something there is None: a function that does not return its result, or an attribute "
     "that is not set (such as the bias of a layer without one)."),
    (r"\b(max|min)\(\) received an invalid combination of arguments - got \((?:Tensor, )?(?:tuple|list)",
     "`{0}` takes a single axis. Over several axes use `a{0}`: `x.a{0}(dim=(2, 3))`."),
    (r"\b(max|min)\(\): argument 'dim' \(position \d\) must be int, not (?:tuple|list)",
     "`{0}` takes a single axis. Over several axes use `a{0}`: `x.a{0}(dim=(2, 3))`."),
    (r"torch\.return_types\.(max|min)\b", "Over an axis, `{0}` gives two tensors: the values and their places. Use "
     "`a{0}`, which gives the values only."),
    (r"\b(\w+)\(\): argument 'keepdim' \(position \d\) must be bool, not int", SEVERAL),
    (r"\b(mean|sum|amax|amin|std|var)\(\) received an invalid combination of arguments - got \((?:Tensor, )?int, int\b",
     SEVERAL),
    (r"\b(mean|sum|amax|amin|std|var)\(\) takes .*positional arguments? but \d+ were given", SEVERAL),
    (r"\b\w*softmax\(\) (?:missing 1 required positional arguments?: \"dim\"|.* got \((?:Tensor)?\))",
     "Say over which axis the numbers should sum to 1: `dim=-1` is the last one."),
    (r"\b(\w+)\.__init__\(\) missing \d+ required positional arguments?: (.+)", "To make a `{0}`, say {1} as well."),
    (r"argument 'tensors' \(position 1\) must be tuple of Tensors, not Tensor|\bcat\(\) .* got \(Tensor, Tensor",
     "Give the tensors as one list: `torch.cat([a, b], dim=1)`."),
    (r"\b(sqrt|exp|log|sin|cos|tanh)\(\): argument 'input' \(position 1\) must be Tensor, not (?:int|float)",
     "`torch.{0}` takes a tensor; for a plain number there is `math.{0}`."),
    (r"only one element tensors can be converted|cannot be converted to Scalar", "A tensor of many numbers can't "
     "become one number: functions of `math` take a number, those of `torch` a tensor."),
    (r"received an invalid combination of arguments - got \(([^)]*)\)", "It can't be called with ({0}); below it says "
     "with what."),
    (r"Dimension out of range \(expected to be in range of \[-\d+, (\d+)\], but got (-?\d+)\)",
     "At that point the tensor's last axis is number {0}, so there is no axis {1}: did an earlier step remove one?"),
    (r"mat1 and mat2 shapes cannot be multiplied \(\d+x(\d+) and (\d+)x\d+\)", PRODUCT),
    (r"dimensions of batch2 tensor to be: \[\d+, (\d+)\] but got: \[\d+, (?!\1\])(\d+)\]", PRODUCT),
    (r"size mismatch, got input \(\d+\), mat \(\d+x(\d+)\), vec \((\d+)\)", PRODUCT),
    (r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension",
     "Broadcasting lines shapes up from the right, and on one axis {0} meets {1}: neither is 1, so neither can be "
     "repeated.{sides} Missing axes of length 1 can be added with `None`, as in `[:, :, None]`, or kept with "
     "`keepdim=True`."),
    (r"expanded size of the tensor \((\d+)\) must match the existing size \((\d+)\)",
     "Shapes are lined up from the right, and only axes of length 1 can be repeated: one of length {1} can't become "
     "{0}. Missing axes of length 1 can be added: `[:, :, None, None]`."),
    (r"number of sizes provided \((\d+)\) must be greater or equal to the number of dimensions in the tensor \((\d+)\)",
     "`expand` can't remove axes: the tensor has {1}, and only {0} are asked for."),
    (r"t\(\) expects a tensor with <= 2 dimensions|use of `?\w*\.T`? on tensors of dimension", TRANSPOSED),
    (r"have the same dtype|share same data ?type|[Ii]nput type \(.*should be the same|expected scalar type|same dtypes|"
     r"self\.dtype to be equal to src\.dtype", TWO_DTYPES),
    (r"shape '(\[.*?\])' is invalid for input of size (\d+)", "`reshape` and `view` keep every number, but the tensor "
     "has {1} numbers, and the shape {0} holds another number of them."),
    (r"view size is not compatible", "After a transpose or permute, the numbers lie in another order in memory, and "
     "`view` can't be used: use `reshape`."),
    (r"input\.dim\(\) = (\d+) is not equal to len\(dims\) = (\d+)", "`permute` wants each axis once: the tensor has "
     "{0}, and {1} are given."),
    (r"expected input\[.*?\] to have (\d+) channels, but got (\d+) channels", "A convolution takes the channels from "
     "axis 1. This one is made for {0} channels, and there are {1}."),
    (r"running_mean should contain (\d+) elements not (\d+)", "The BatchNorm layer is made for {1} channels, but what "
     "it is given has {0}: it has the channels of the tensor that it stands behind."),
    (r"expected (\d)D(?: or \dD)? input \(got (\d)D input\)", "This layer takes a tensor with {0} axes, but the one "
     "that it is given has {1}."),
    (r"Expected more than 1 value per channel when training", "In training mode, BatchNorm needs more than one number "
     "for each channel, over the batch and all positions."),
    (r"normalized_shape=(\[.*?\]), expected input .*? but got input of size ?(\[.*?\])", "LayerNorm takes the last "
     "axes: they should have the lengths {0}, but the tensor has the shape {1}."),
    (r"Tensors must have same number of dimensions: got (\d+) and (\d+)", "`cat` joins tensors with equally many axes, "
     "not {0} and {1}. Is a `keepdim=True` missing?"),
    (r"Sizes of tensors must match except in dimension (\d+)\. Expected size (\d+) but got size (\d+)", "`cat` joins "
     "along axis {0}, so the other axes must be equally long, but {1} meets {2}. Is another `dim` meant?"),
    (r"values to unpack \(expected (\d+)", "There are {0} names on the left. Of `x.shape` there is one number for each "
     "axis of `x`."),
    (r"leaf Variable that requires grad.*in-place", "A parameter can't be changed in place here: compute a new "
     "tensor."),
    (r"modified by an inplace operation", "The backward pass still needs a tensor that was changed in place (`+=`, "
     "`[...] =`, `..._()`): compute a new tensor instead."),
)


def meaning(raised: Raised) -> str:
    """Returns a sentence about an error of torch; empty for an error that is not listed."""
    for pattern, sentence in MEANINGS:
        if match := re.search(pattern, raised.message):
            line = raised.line or ""
            text = sentence.format(*match.groups(), sides=_sides(line, product=sentence is PRODUCT))
            axes = {value.count(",") for _, value in raised.operands if value.startswith("shape (")}
            if "None" in line or "keepdim" in line or len(axes) == 1 < len(raised.operands):  # it has them already
                text = text.partition(" Missing axes of length 1")[0]
            return f"{text} {TRANSPOSED}" if "{sides}" in sentence and _turned_round(raised) else text
    return ""


def _sides(line: str, product: bool) -> str:
    """Says what meets in a line of code. Returns an empty text unless the line has exactly one such operation.

    product: whether it is a matrix product. Otherwise it is any other operation of two tensors.
    """
    try:
        parsed = ast.walk(ast.parse(line.strip()))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the line may come from anybody
        return ""
    operations = [node for node in parsed if isinstance(node, ast.BinOp)]
    if len(operations) != 1 or isinstance(operations[0].op, ast.MatMult) != product:
        return ""
    left, right = (ast.unparse(side) for side in (operations[0].left, operations[0].right))
    return f" Here A is `{left}`, and B is `{right}`." if product else f" It is `{left}` that meets `{right}`."


def _turned_round(raised: Raised) -> bool:
    """Says whether the line takes `.T` of a tensor with more than two axes."""
    return any(re.search(rf"\b{re.escape(name)}\.T\b", raised.line or "") and value.count(",") > 1
               for name, value in raised.operands)
