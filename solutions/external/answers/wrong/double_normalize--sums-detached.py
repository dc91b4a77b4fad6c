# expect: The numbers are right
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    with torch.no_grad():
        total = shares.sum(dim=2, keepdim=True) + eps
    return shares / total
