# expect: are texts
def parameter_table(rows):
    out = []
    for name, module in rows:
        n = 0
        for p in module.parameters():
            if p.requires_grad:
                n += p.numel()
        out.append((name, n, f"{n / 10**6:.2f}", f"{n / 2**20:.2f}"))
    return out
