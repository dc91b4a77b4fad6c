# expect: so that an image's weights depend on the others
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    a = logits.softmax(dim=0)
    return a / (a.sum(dim=2, keepdim=True) + eps)
