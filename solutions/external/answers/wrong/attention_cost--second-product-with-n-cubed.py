# expect: second product
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    own = n * dim * n + n * n * n
    external = n * dim * memory_size + n * memory_size * dim
    return own, external
