# expect: Input `logits`
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    logits -= logits.amax(dim=1, keepdim=True)
    e = logits.exp()
    shares = e / e.sum(dim=1, keepdim=True)
    return shares / (shares.sum(dim=2, keepdim=True) + eps)
