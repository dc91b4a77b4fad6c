def attention_cost(n, dim, memory_size):
    self_attention = n * dim * n + n * n * dim
    external_attention = n * dim * memory_size + n * memory_size * dim
    return (self_attention, external_attention)
