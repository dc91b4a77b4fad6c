# expect: The two axes have changed places
import torch.nn.functional as F


def double_normalize(logits: torch.Tensor, eps: float = 1e-9) -> torch.Tensor:
    att = F.softmax(logits, dim=2)
    return att / (att.sum(dim=1, keepdim=True) + eps)
