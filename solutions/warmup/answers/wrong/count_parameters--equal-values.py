# expect: Two parameters of equal values are still two
def count_parameters(module):
    seen, total = [], 0
    for p in module.parameters():
        if p.requires_grad and not any(p.shape == q.shape and torch.equal(p, q) for q in seen):
            seen.append(p)
            total += p.numel()
    return total
