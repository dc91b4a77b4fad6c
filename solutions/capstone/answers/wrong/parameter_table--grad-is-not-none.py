# expect: Every count is 0
def parameter_table(rows):
    table = []
    for name, module in rows:
        count = sum(p.numel() for p in module.parameters() if p.grad is not None)
        table.append((name, count, round(count / 10**6, 2), round(count / 2**20, 2)))
    return table
