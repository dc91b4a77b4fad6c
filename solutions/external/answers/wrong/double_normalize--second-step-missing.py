# expect: second step is missing
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    return torch.softmax(logits, dim=1)
