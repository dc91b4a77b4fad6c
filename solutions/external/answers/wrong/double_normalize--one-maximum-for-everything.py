# expect: Your softmax gives NaN where the logits are large
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    e = (logits - logits.max()).exp()
    shares = e / e.sum(dim=1, keepdim=True)
    return shares / (shares.sum(dim=2, keepdim=True) + eps)
