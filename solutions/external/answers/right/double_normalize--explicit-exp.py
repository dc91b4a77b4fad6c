# explicit exp, the maximum of each column subtracted first
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    top, _ = logits.max(dim=1, keepdim=True)
    e = torch.exp(logits - top)
    shares = e / e.sum(dim=1, keepdim=True)
    total = shares.sum(dim=2, keepdim=True)
    return shares / (total + eps)
