# expect: You count bytes, eight for each float64 number
def parameter_table(rows):
    table = []
    for name, module in rows:
        count = sum(p.nbytes for p in module.parameters() if p.requires_grad)
        table.append((name, count, round(count / 10**6, 2), round(count / 2**20, 2)))
    return table
