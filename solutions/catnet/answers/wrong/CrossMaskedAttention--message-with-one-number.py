# expect: Your ValueError for channels // reduction == 0 does not name
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels: int, reduction: int = 8, softmax_over: str = "keys") -> None:
        super().__init__()
        inner = channels // reduction
        if inner == 0:
            raise ValueError(f"reduction {reduction} is too large")
        if softmax_over not in ("keys", "queries"):
            raise ValueError(f"softmax_over is 'keys' or 'queries', not {softmax_over!r}")
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.scale = inner ** -0.5
        self.dim = 2 if softmax_over == "keys" else 1

    def attention(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        q, k = self.query(x).flatten(2), self.key(y).flatten(2)
        return (self.scale * q.mT @ k).softmax(dim=self.dim)

    def forward(
        self, x: torch.Tensor, y: torch.Tensor, mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        v = self.value(y).flatten(2)
        out = (v @ self.attention(x, y).mT).unflatten(2, x.shape[-2:])
        return out if mask is None else out * mask
