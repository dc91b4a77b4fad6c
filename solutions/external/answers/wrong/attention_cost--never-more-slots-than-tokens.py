# expect: Right on other inputs
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    slots = min(n, memory_size)
    return 2 * n * n * dim, 2 * n * dim * slots
