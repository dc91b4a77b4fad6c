# expect: The count is right, but the units count frozen parameters too
def parameter_table(rows: list[tuple[str, nn.Module]]) -> list[tuple[str, int, float, float]]:
    """For each (name, module): the name, its trainable parameters (a shared one once), and
    that number in units of 10^6 and of 2^20, both rounded to two digits.
    """
    table = []
    for name, module in rows:
        everything = sum(p.numel() for p in module.parameters())
        trainable = sum(p.numel() for p in module.parameters() if p.requires_grad)
        table.append((name, trainable, round(everything / 1e6, 2), round(everything / 2**20, 2)))
    return table
