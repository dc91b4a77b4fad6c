# expect: Your first number is right
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * n * dim, n * dim * memory_size
