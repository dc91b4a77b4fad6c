# expect: multiplies element by element
def dot_product_attention(q, k, v, scale=None):
    if scale is None:
        scale = q.shape[-1] ** -0.5
    a = torch.softmax(q * k * scale, dim=-1)
    return a @ v
