# expect: You add 1e-7 to each length
def prior_mask(query, support, support_mask):
    result = []
    for q, s, m in zip(query, support, support_mask):
        m = F.interpolate(m[None, None], size=s.shape[1:], mode="bilinear", align_corners=True)[0]
        s = (s * m).flatten(1).T                 # (N, C)
        t = q.flatten(1)                         # (C, N)
        cosines = (s @ t) / torch.outer(s.norm(dim=1) + 1e-7, t.norm(dim=0) + 1e-7)
        best, _ = cosines.max(dim=0)
        best = (best - best.min()) / (best.max() - best.min() + 1e-7)
        result.append(best.reshape(1, *q.shape[1:]))
    return torch.stack(result)
