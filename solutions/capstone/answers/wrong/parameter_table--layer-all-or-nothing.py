# expect: You decide for several parameters at once whether they count
def parameter_table(rows):
    table = []
    for name, module in rows:
        count = sum({id(p): p.numel() for m in module.modules() for p in m.parameters(recurse=False)
                     if all(q.requires_grad for q in m.parameters(recurse=False))}.values())
        table.append((name, count, round(count / 10**6, 2), round(count / 2**20, 2)))
    return table
