# a helper that counts one matrix product
def matmul_cost(a, b, c):
    return a * b * c


def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    self_attention = matmul_cost(n, dim, n) + matmul_cost(n, n, dim)
    external = matmul_cost(n, dim, memory_size) + matmul_cost(n, memory_size, dim)
    return self_attention, external
