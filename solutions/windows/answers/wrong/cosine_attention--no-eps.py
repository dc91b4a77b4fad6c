# expect: You divide by the bare length
def cosine_attention(q, k, v, transform):
    q = q / q.norm(dim=-1, keepdim=True)
    k = k / k.norm(dim=-1, keepdim=True)
    return transform(q @ k.transpose(-2, -1)).softmax(-1) @ v
