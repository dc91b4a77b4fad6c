# expect: expected the int 7500, got the float 7500.0
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0.0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, round(n / 10**6, 2), round(n / 2**20, 2)))
    return out
