# expect: You add the numbers of entries of the matrices
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    own = (n * dim + dim * n) + (n * n + n * dim)
    external = (n * dim + dim * memory_size) + (n * memory_size + memory_size * dim)
    return own, external
