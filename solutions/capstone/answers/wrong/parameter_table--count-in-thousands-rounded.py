# expect: The count is rounded to thousands
def parameter_table(rows):
    table = []
    for name, module in rows:
        count = sum(p.numel() for p in module.parameters() if p.requires_grad)
        table.append((name, round(count, -3), round(count / 10**6, 2), round(count / 2**20, 2)))
    return table
