# expect: You add eps in the first step too
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    e = torch.exp(logits - logits.amax(dim=1, keepdim=True))
    shares = e / (e.sum(dim=1, keepdim=True) + eps)
    return shares / (shares.sum(dim=2, keepdim=True) + eps)
