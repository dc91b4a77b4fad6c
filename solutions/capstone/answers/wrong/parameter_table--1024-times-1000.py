# expect: 1024 * 1000
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / (1024 * 1000), 2)))
    return out
