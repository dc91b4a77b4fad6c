import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: helper-for-one-product
# a helper that counts one matrix product
def matmul_cost(a, b, c):
    return a * b * c


def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    self_attention = matmul_cost(n, dim, n) + matmul_cost(n, n, dim)
    external = matmul_cost(n, dim, memory_size) + matmul_cost(n, memory_size, dim)
    return self_attention, external


# %% right: loop-over-partners
# a loop: the other side is n tokens or memory_size slots
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    totals = []
    for others in (n, memory_size):
        logits = n * dim * others
        gather = n * others * dim
        totals.append(logits + gather)
    return tuple(totals)


# %% right: one-return
# one return with two products
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * n * dim, 2 * n * dim * memory_size


# %% right: two-lines
def attention_cost(n, dim, memory_size):
    self_attention = n * dim * n + n * n * dim
    external_attention = n * dim * memory_size + n * memory_size * dim
    return (self_attention, external_attention)


# %% wrong: floats-returned, expect: expected the int
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    a = 2.0 * n ** 2 * dim
    b = 2.0 * n * dim * memory_size
    return a, b


# %% wrong: flops-too, expect: Your numbers are twice as large as they should be
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    # a multiplication and an addition each
    return 4 * n * n * dim, 4 * n * dim * memory_size


# %% wrong: flops, expect: Your numbers are twice as large as they should be
def attention_cost(n, dim, memory_size):
    return 4 * n * n * dim, 4 * n * memory_size * dim


# %% wrong: never-more-slots-than-tokens, expect: Right on other inputs
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    slots = min(n, memory_size)
    return 2 * n * n * dim, 2 * n * dim * slots


# %% wrong: once, expect: You count one matrix product
def attention_cost(n, dim, memory_size):
    return n * n * dim, n * dim * memory_size


# %% wrong: only-one-external-product, expect: Your first number is right
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * n * dim, n * dim * memory_size


# %% wrong: only-the-logits, expect: You count one matrix product
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return n * dim * n, n * dim * memory_size


# %% wrong: order-exchanged, expect: Your two numbers have changed places
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * dim * memory_size, 2 * n * n * dim


# %% wrong: printed-not-returned, expect: Is a `return` missing?
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    print(2 * n * n * dim, 2 * n * dim * memory_size)


# %% wrong: projections-counted, expect: You count self-attention's query
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    qkv = 3 * n * dim * dim
    return qkv + 2 * n * n * dim, 2 * n * dim * memory_size


# %% wrong: quotient-returned, expect: got a number of type int
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    own = 2 * n * n * dim
    external = 2 * n * dim * memory_size
    return own // external


# %% wrong: second-product-with-n-cubed, expect: second product
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    own = n * dim * n + n * n * n
    external = n * dim * memory_size + n * memory_size * dim
    return own, external


# %% wrong: size-of-the-memory-instead, expect: Your second number is the number of parameters of mk and mv
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * n * dim, 2 * dim * memory_size


# %% wrong: softmax-counted, expect: You count the softmax too
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * n * dim + n * n, 2 * n * dim * memory_size + n * memory_size


# %% wrong: sums-of-sides, expect: You add the numbers of entries of the matrices
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    own = (n * dim + dim * n) + (n * n + n * dim)
    external = (n * dim + dim * memory_size) + (n * memory_size + memory_size * dim)
    return own, external
