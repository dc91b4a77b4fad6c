# expect: Pad both on the same side
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
        wide = v.shape[-1] - q.shape[-1]
        q = nn.functional.pad(q, (wide, 0))[:, None]
        k = nn.functional.pad(k.mT, (0, wide))[:, None]
        out = nn.functional.scaled_dot_product_attention(q.contiguous(), k.contiguous(), v[:, None].contiguous(), scale=1.0)
        return x + self.gamma * out[:, 0].transpose(1, 2).reshape(x.shape)
