# cosines and products head by head with bmm, the transform once for all heads
import torch.nn.functional as F


def cosine_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, transform) -> torch.Tensor:
    heads = range(q.shape[1])
    cos = []
    for i in heads:
        a, b = F.normalize(q[:, i], p=2, dim=2), F.normalize(k[:, i], p=2, dim=2)
        cos.append(torch.bmm(a, b.permute(0, 2, 1)))
    att = nn.Softmax(dim=3)(transform(torch.stack(cos, dim=1)))
    return torch.stack([torch.bmm(att[:, i], v[:, i]) for i in heads], dim=1)
