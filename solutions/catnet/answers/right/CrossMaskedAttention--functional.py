def _linear(layer, f):
    """A 1 x 1 convolution is a Linear layer at each position: (B, C, H, W) -> (B, N, C')."""
    return F.linear(f.flatten(2).mT, layer.weight.flatten(1), layer.bias)


def _softmax(scores, dim):
    scores = scores - scores.logsumexp(dim=dim, keepdim=True)
    return scores.exp()


class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        self.inner = channels // reduction
        if self.inner == 0 or softmax_over not in ("keys", "queries"):
            raise ValueError(f"channels={channels}, reduction={reduction}, softmax_over={softmax_over}")
        self.over = {"queries": 1, "keys": 2}[softmax_over]
        self.value = nn.Conv2d(channels, channels, (1, 1))
        self.query = nn.Conv2d(channels, self.inner, (1, 1))
        self.key = nn.Conv2d(channels, self.inner, (1, 1))

    def attention(self, x, y):
        q, k = _linear(self.query, x), _linear(self.key, y)
        return _softmax(q / self.inner ** 0.5 @ k.mT, self.over)

    def forward(self, x, y, mask=None):
        z = (self.attention(x, y) @ _linear(self.value, y)).mT.reshape(x.shape)
        if mask is not None:
            z = z * mask
        return z
