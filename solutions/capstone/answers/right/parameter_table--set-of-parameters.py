def parameter_table(rows):
    table = []
    for name, module in rows:
        unique = {p for p in module.parameters() if p.requires_grad}
        n = sum(p.nelement() for p in unique)
        table.append((name, n, round(n * 1e-6, 2), round(n / (1024 * 1024), 2)))
    return table
