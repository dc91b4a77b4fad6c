# expect: You turn the queries, (B, C // r, N), into (B, N, C // r)
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super().__init__()
        if channels // reduction < 1:
            raise ValueError(f"channels // reduction must be at least 1, got {channels} // {reduction}")
        axes = {"keys": -1, "queries": -2}
        if softmax_over not in axes:
            raise ValueError("unknown softmax_over: " + str(softmax_over))
        self.axis = axes[softmax_over]
        self.d = channels // reduction
        self.query = nn.Conv2d(channels, self.d, kernel_size=1)
        self.key = nn.Conv2d(channels, self.d, kernel_size=1)
        self.value = nn.Conv2d(channels, channels, kernel_size=1)

    def attention(self, x, y):
        B, _, H, W = x.shape
        Q = self.query(x).reshape(B, -1, self.d).mT
        K = self.key(y).reshape(B, self.d, -1)
        scores = torch.einsum("bdi,bdj->bij", Q, K) / self.d ** 0.5
        return F.softmax(scores, dim=self.axis)

    def forward(self, x, y, mask=None):
        B, C, H, W = x.shape
        V = self.value(y).reshape(B, C, -1)
        gathered = torch.einsum("bij,bcj->bci", self.attention(x, y), V).reshape(B, C, H, W)
        if mask is not None:
            gathered = gathered * mask
        return gathered
