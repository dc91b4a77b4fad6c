# expect: too large for `exp` alone
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        best = torch.zeros_like(q[..., :1])
        total, out = torch.zeros_like(best), 0
        for keys, values in zip(k.split(128, dim=2), v.split(128, dim=1)):
            scores = q @ keys
            new = torch.maximum(best, scores.amax(-1, keepdim=True)).detach()
            weights, shrunk = torch.exp(scores - new), torch.exp(best - new)
            total, out, best = total * shrunk + weights.sum(-1, keepdim=True), out * shrunk + weights @ values, new
        return x + self.gamma * (out / total).transpose(1, 2).reshape(x.shape)
