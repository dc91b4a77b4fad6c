# expect: You subtract the maximum of each token's row from the logits
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    # subtract the maximum for stability
    e = (logits - logits.max(dim=2, keepdim=True).values).exp()
    shares = e / e.sum(dim=1, keepdim=True)
    return shares / (shares.sum(dim=2, keepdim=True) + eps)
