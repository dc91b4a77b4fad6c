# einsum for both products, heads by unflatten, channels never transposed
class GlobalBranch(nn.Module):
    def __init__(self, dim: int, heads: int, head_dim: int, window_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.window_size = window_size
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, 2 * heads * head_dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        q = self.q(x).unflatten(1, (self.heads, self.head_dim))
        kv = self.kv(F.avg_pool2d(x, self.window_size)).flatten(2)
        k, v = kv.unflatten(1, (2, self.heads, self.head_dim)).unbind(1)
        logits = torch.einsum("bndhw,bndm->bnhwm", q, k) / self.head_dim ** 0.5
        weights = torch.softmax(logits, dim=-1)
        return torch.einsum("bnhwm,bndm->bndhw", weights, v).flatten(1, 2)
