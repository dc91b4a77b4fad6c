# expect: eps
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    # section 5: one plain softmax of l - ln Z
    return (logits - logits.logsumexp(dim=1, keepdim=True)).softmax(dim=2)
