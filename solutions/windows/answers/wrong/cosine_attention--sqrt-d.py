# expect: sqrt(d)
import torch.nn.functional as F


def cosine_attention(q, k, v, transform):
    cosine = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).mT / q.shape[-1] ** 0.5
    return transform(cosine).softmax(-1) @ v
