# shares as exp(logits - ln Z), with logsumexp
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    log_z = torch.logsumexp(logits, dim=1, keepdim=True)
    shares = (logits - log_z).exp()
    return shares / shares.sum(-1, keepdim=True).add(eps)
