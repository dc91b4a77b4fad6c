# expect: You count self-attention's query
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    qkv = 3 * n * dim * dim
    return qkv + 2 * n * n * dim, 2 * n * dim * memory_size
