# expect: Without a mask you use the one of the call before
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"channels={channels} and reduction={reduction} leave nothing")
        if softmax_over not in ("keys", "queries"):
            raise ValueError("softmax_over must be keys or queries")
        self.query = nn.Conv2d(channels, channels // reduction, kernel_size=1)
        self.key = nn.Conv2d(channels, channels // reduction, kernel_size=1)
        self.value = nn.Conv2d(channels, channels, kernel_size=1)
        self.softmax_over = softmax_over
        self.mask = None
        self.factor = (channels // reduction) ** -0.5

    def attention(self, x, y):
        q = self.query(x).flatten(2).permute(0, 2, 1)
        k = self.key(y).flatten(2)
        energy = self.factor * torch.bmm(q, k)
        if self.softmax_over == "queries":
            return torch.softmax(energy, dim=-2)
        return torch.softmax(energy, dim=-1)

    def forward(self, x, y, mask=None):
        B, C, H, W = x.shape
        out = torch.bmm(self.attention(x, y), self.value(y).flatten(2).permute(0, 2, 1))
        out = out.permute(0, 2, 1).reshape(B, C, H, W)
        if mask is not None:
            self.mask = mask
        return out if self.mask is None else self.mask * out
