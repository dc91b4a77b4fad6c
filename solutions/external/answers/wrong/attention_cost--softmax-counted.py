# expect: You count the softmax too
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    return 2 * n * n * dim + n * n, 2 * n * dim * memory_size + n * memory_size
