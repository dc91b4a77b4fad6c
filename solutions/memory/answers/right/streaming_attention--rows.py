def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(f"block is {block}")
    out = torch.empty(q.shape[0], q.shape[1], v.shape[2], dtype=v.dtype, device=v.device)
    for i in range(0, q.shape[1], block):
        out[:, i:i + block] = (q[:, i:i + block] @ k.transpose(1, 2)).softmax(dim=-1) @ v
    return out
