# expect: Your second number is the number of parameters of mk and mv
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * n * dim, 2 * dim * memory_size
