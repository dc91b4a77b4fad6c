# expect: gathers its own value alone
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        return torch.softmax(q @ self.key(x).flatten(2), dim=-1)

    def forward(self, x):
        q, k, v = (layer(x).flatten(2).transpose(1, 2)[:, :, None] for layer in (self.query, self.key, self.value))
        a = nn.functional.scaled_dot_product_attention(q, k, v, scale=1.0)
        return x + self.gamma * a[:, :, 0].transpose(1, 2).reshape(x.shape)
