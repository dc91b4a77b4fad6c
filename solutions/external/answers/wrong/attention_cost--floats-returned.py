# expect: expected the int
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    a = 2.0 * n ** 2 * dim
    b = 2.0 * n * dim * memory_size
    return a, b
