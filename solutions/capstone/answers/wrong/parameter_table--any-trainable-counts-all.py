# expect: You count frozen parameters
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, m in rows:
        n = 0
        if any(p.requires_grad for p in m.parameters()):
            for p in m.parameters():
                n += p.numel()
        table.append((name, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table
