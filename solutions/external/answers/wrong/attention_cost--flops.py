# expect: twice as large
def attention_cost(n, dim, memory_size):
    return 4 * n * n * dim, 4 * n * memory_size * dim
