# expect: makes a tensor of 1,048,576 elements
def streaming_attention(q, k, v, block=64):
    if block < 1:
        raise ValueError(block)
    return (q @ k.mT).softmax(-1) @ v
