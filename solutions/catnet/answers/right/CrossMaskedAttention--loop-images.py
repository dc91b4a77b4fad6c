class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        small = channels // reduction
        if small == 0:
            raise ValueError(f"reduction {reduction} leaves nothing of {channels} channels")
        if softmax_over not in ["keys", "queries"]:
            raise ValueError("softmax_over: 'keys' or 'queries'")
        self.keys_first = softmax_over == "keys"
        self.query = nn.Conv2d(channels, small, 1, bias=True)
        self.key = nn.Conv2d(channels, small, 1, bias=True)
        self.value = nn.Conv2d(channels, channels, 1, bias=True)

    def attention(self, x, y):
        maps = []
        for q, k in zip(self.query(x), self.key(y)):
            table = torch.tensordot(q.flatten(1), k.flatten(1), dims=([0], [0]))
            table = table * len(q) ** -0.5
            table = torch.softmax(table, dim=1) if self.keys_first else torch.softmax(table, dim=0)
            maps.append(table)
        return torch.stack(maps)

    def forward(self, x, y, mask=None):
        values = self.value(y)
        images = [torch.matmul(v.flatten(1), a.T).reshape(v.shape[0], *x.shape[2:])
                  for v, a in zip(values, self.attention(x, y))]
        z = torch.stack(images)
        return z if mask is None else torch.mul(z, mask)
