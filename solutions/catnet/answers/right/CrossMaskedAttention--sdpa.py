class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        hidden = channels // reduction
        if not hidden:
            raise ValueError(f"C // r is 0 for C = {channels} and r = {reduction}")
        if softmax_over not in {"keys", "queries"}:
            raise ValueError(f"{softmax_over}?")
        self.softmax_over = softmax_over
        self.query, self.key = nn.Conv2d(channels, hidden, 1), nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)

    def tokens(self, layer, f):
        return layer(f).flatten(2).transpose(1, 2)

    def attention(self, x, y):
        q, k = self.tokens(self.query, x), self.tokens(self.key, y)
        scores = q @ k.transpose(1, 2) * q.shape[2] ** -0.5
        return scores.softmax(2 if self.softmax_over == "keys" else 1)

    def forward(self, x, y, mask=None):
        v = self.tokens(self.value, y)
        if self.softmax_over == "keys":
            out = F.scaled_dot_product_attention(self.tokens(self.query, x), self.tokens(self.key, y), v)
        else:
            out = self.attention(x, y) @ v
        out = out.transpose(1, 2).unflatten(2, x.shape[2:])
        return out * (1 if mask is None else mask)
