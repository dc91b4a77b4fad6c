# expect: Counts are kept under the name, so that of two rows with the same name the
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    counts = {}
    table = []
    for name, net in rows:
        if name not in counts:
            counts[name] = sum(p.numel() for p in net.parameters() if p.requires_grad)
        n = counts[name]
        table.append((name, n, round(n / 1e6, 2), round(n / 2**20, 2)))
    return table
