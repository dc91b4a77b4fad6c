# expect: Your second step is a softmax too
import torch.nn.functional as F


def double_normalize(logits, eps=1e-9):
    return F.softmax(F.softmax(logits, dim=1), dim=2)
