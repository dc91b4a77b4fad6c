# a loop: the other side is n tokens or memory_size slots
def attention_cost(n: int, dim: int, memory_size: int) -> tuple[int, int]:
    totals = []
    for others in (n, memory_size):
        logits = n * dim * others
        gather = n * others * dim
        totals.append(logits + gather)
    return tuple(totals)
