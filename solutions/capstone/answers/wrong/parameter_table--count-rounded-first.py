# expect: You round the count to thousands before you divide it
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, module in rows:
        n = sum(p.numel() for p in module.parameters() if p.requires_grad)
        k = round(n, -3)
        table.append((name, n, round(k / 1e6, 2), round(k / 2**20, 2)))
    return table
