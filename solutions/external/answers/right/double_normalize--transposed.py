import torch.nn.functional as F


def double_normalize(logits, eps=1e-9):
    # slots first, as in the paper's code
    a = logits.transpose(1, 2)
    a = F.softmax(a, dim=-1)
    a = a / (eps + a.sum(dim=1, keepdim=True))
    return a.transpose(1, 2)
