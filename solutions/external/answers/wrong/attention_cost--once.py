# expect: You count one matrix product
def attention_cost(n, dim, memory_size):
    return n * n * dim, n * dim * memory_size
