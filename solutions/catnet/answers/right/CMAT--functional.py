def _norm(layer, f):
    """LayerNorm over axis 1, by hand."""
    mean = f.mean(dim=1, keepdim=True)
    var = f.var(dim=1, keepdim=True, unbiased=False)
    f = (f - mean) / torch.sqrt(var + layer.eps)
    return f * layer.weight[:, None, None] + layer.bias[:, None, None]


def _conv(layer, f):
    return F.conv2d(f, layer.weight[:, :, None, None], layer.bias)


class CMAT(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        for name in ("self_attention", "cross_attention"):
            setattr(self, name, CrossMaskedAttention(channels, reduction))
        for i in range(3):
            self.add_module(f"norm{i}", nn.LayerNorm(channels))
        self.mlp = nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, channels))

    def forward(self, query, support, query_mask, support_mask):
        old = [_norm(self.norm0, a + self.self_attention(a, a)) for a in (query, support)]
        new = []
        for a, b, m in zip(old, reversed(old), (query_mask, support_mask)):
            z = _norm(self.norm1, a + self.cross_attention(a, b, m))
            h = _conv(self.mlp[0], z).relu()
            new.append(_norm(self.norm2, z + _conv(self.mlp[2], h)))
        return new[0], new[1]
