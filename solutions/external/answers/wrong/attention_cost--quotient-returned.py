# expect: got a number of type int
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    own = 2 * n * n * dim
    external = 2 * n * dim * memory_size
    return own // external
