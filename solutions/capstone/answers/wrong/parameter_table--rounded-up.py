# expect: You round up
def parameter_table(rows):
    table = []
    for name, module in rows:
        count = sum(p.numel() for p in module.parameters() if p.requires_grad)
        import math
        table.append((name, count, math.ceil(count / 10**4) / 100, math.ceil(count * 100 / 2**20) / 100))
    return table
