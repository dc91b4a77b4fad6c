# expect: changed places
def double_normalize(logits, eps=1e-9):
    rows = logits.softmax(2)
    return rows / (rows.sum(1, keepdim=True) + eps)
