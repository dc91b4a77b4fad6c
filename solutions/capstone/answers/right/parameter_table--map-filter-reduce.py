from functools import reduce
from operator import add, attrgetter


def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    def count(module):
        wanted = filter(attrgetter("requires_grad"), module.parameters())
        return reduce(add, map(torch.numel, wanted), 0)

    def row(pair):
        name, module = pair
        n = count(module)
        return (name, n) + tuple(round(n / unit, 2) for unit in (10 ** 6, 1 << 20))

    return list(map(row, rows))
