# expect: Parameters with equal numbers count once, such as the ones of two norms
def parameter_table(rows):
    table = []
    for name, module in rows:
        kept = []
        for p in module.parameters():
            if p.requires_grad and not any(p.shape == q.shape and torch.equal(p, q) for q in kept):
                kept.append(p)
        count = sum(p.numel() for p in kept)
        table.append((name, count, round(count / 10**6, 2), round(count / 2**20, 2)))
    return table
