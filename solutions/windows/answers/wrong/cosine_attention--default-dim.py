# expect: F.normalize without a dim
import torch.nn.functional as F


def cosine_attention(q, k, v, transform):
    return transform(F.normalize(q) @ F.normalize(k).transpose(-2, -1)).softmax(-1) @ v
