"""Explains the most frequent errors of torch, for people who meet them for the first time."""

import re

A_CLASS = "nn.{0} is a class of layers: `nn.{0}()` makes a layer, and `nn.{0}()(x)` calls it."
MEANINGS = (
    (r"cannot assign \w+ before Module\.__init__\(\) call", "Call `super().__init__()` first in your constructor."),
    (r"must be Tensor, not (ReLU|Sigmoid|Softmax|GELU|Tanh|SiLU|Dropout)\b", A_CLASS),
    (r"\b(Sigmoid|Tanh|SiLU)\.__init__\(\) takes 1 positional argument", A_CLASS),
    (r"must be Tensor, not NoneType", "Something there is None: does every function return its result?"),
    (r"Dimension out of range \(expected to be in range of \[-\d+, (\d+)\], but got (-?\d+)\)",
     "At that point the tensor's last axis is number {0}, so there is no axis {1}: did an earlier step remove one?"),
    (r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
     "In a matrix product, the last axis of the left matrix must be as long as the first axis of the right one, but "
     "their lengths are {1} and {2}."),
    (r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension",
     "Broadcasting lines shapes up from the right, and on one axis {0} meets {1}: neither is 1, so neither can be "
     "repeated."),
)


def meaning(message: str) -> str:
    """Returns a sentence about an error of torch; empty for an error that is not listed."""
    for pattern, sentence in MEANINGS:
        if found := re.search(pattern, message):
            return sentence.format(*found.groups())
    return ""
