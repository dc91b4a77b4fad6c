# expect: You divide the logits by the root of the number of slots
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    shares = (logits / logits.shape[2] ** 0.5).softmax(dim=1)
    return shares / (shares.sum(dim=2, keepdim=True) + eps)
