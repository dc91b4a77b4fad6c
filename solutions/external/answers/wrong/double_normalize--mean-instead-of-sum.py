# expect: You divide by the mean over the slots
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = logits.softmax(dim=1)
    return shares / (shares.mean(dim=2, keepdim=True) + eps)
