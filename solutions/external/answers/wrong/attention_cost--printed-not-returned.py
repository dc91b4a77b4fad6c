# expect: Is a `return` missing?
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    print(2 * n * n * dim, 2 * n * dim * memory_size)
