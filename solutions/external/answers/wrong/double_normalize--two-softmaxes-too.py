# expect: Your second step is a softmax too
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    return logits.softmax(dim=1).softmax(dim=2)
