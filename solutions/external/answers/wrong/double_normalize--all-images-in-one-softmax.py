# expect: Your softmax runs over the tokens of all images together
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    B, N, S = logits.shape
    a = logits.reshape(B * N, S).softmax(dim=0)
    a = a / (a.sum(dim=1, keepdim=True) + eps)
    return a.reshape(B, N, S)
