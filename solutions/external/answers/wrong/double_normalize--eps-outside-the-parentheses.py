# expect: Brackets are missing
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / shares.sum(dim=2, keepdim=True) + eps
