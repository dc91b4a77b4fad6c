# expect: You leave out parameters that a module with children holds itself
def parameter_table(rows):
    table = []
    for name, module in rows:
        count = sum({id(p): p.numel() for m in module.modules() if not list(m.children())
                     for p in m.parameters() if p.requires_grad}.values())
        table.append((name, count, round(count / 10**6, 2), round(count / 2**20, 2)))
    return table
