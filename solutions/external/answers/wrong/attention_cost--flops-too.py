# expect: Your numbers are twice as large
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    # a multiplication and an addition each
    return 4 * n * n * dim, 4 * n * dim * memory_size
