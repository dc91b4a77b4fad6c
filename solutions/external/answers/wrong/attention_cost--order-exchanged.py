# expect: Your two numbers have changed places
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * dim * memory_size, 2 * n * n * dim
