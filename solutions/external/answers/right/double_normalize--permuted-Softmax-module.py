# permuted to (B, S, N), nn.Softmax over the last axis, permuted back
def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    by_slot = logits.permute(0, 2, 1).contiguous()
    by_slot = nn.Softmax(dim=-1)(by_slot)
    by_slot = by_slot / (eps + by_slot.sum(dim=1, keepdim=True))
    return by_slot.permute(0, 2, 1)
