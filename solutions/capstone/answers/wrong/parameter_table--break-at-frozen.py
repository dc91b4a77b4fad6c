# expect: You stop at the first frozen parameter
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, m in rows:
        n = 0
        for p in m.parameters():
            if not p.requires_grad:
                break
            n += p.numel()
        table.append((name, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table
