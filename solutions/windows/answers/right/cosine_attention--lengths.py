import torch


def cosine_attention(q, k, v, transform):
    lengths_q = torch.linalg.vector_norm(q, dim=-1, keepdim=True)
    lengths_k = torch.linalg.vector_norm(k, dim=-1, keepdim=True)
    q = q / torch.clamp(lengths_q, min=1e-12)
    k = k / torch.clamp(lengths_k, min=1e-12)
    a = transform(q @ k.transpose(2, 3))
    a = torch.softmax(a, dim=-1)
    return a @ v
