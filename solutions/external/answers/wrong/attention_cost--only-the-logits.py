# expect: You count one matrix product
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return n * dim * n, n * dim * memory_size
