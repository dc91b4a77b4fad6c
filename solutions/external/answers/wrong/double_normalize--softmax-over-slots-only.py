# expect: softmax over the slots
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    return logits.softmax(dim=2)
