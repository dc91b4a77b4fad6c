# expect: not rounded
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, n / 10**6, n / 2**20))
    return out
