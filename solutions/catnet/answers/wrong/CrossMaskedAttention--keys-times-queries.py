# expect: You multiply the keys by the queries, so that the rows of
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        small = channels // reduction
        if small == 0:
            raise ValueError(f"channels {channels} // reduction {reduction} is 0")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is {softmax_over}")
        self.query = nn.Conv2d(channels, small, 1)
        self.key = nn.Conv2d(channels, small, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = small ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x, y):
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (k.transpose(1, 2) @ q * self.scale).softmax(dim=self.dim)

    def forward(self, x, y, mask=None):
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y)).view_as(x)
        if mask is not None:
            out = out * mask
        return out
