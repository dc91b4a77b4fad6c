# to_q and to_kv as own parameters of the same shapes, F.conv2d
class GlobalBranch(nn.Module):
    def __init__(self, dim, heads, head_dim, window_size):
        super().__init__()
        self.h, self.d, self.win = heads, head_dim, window_size
        inner = heads * head_dim
        self.to_q_weight = nn.Parameter(torch.randn(inner, dim, 1, 1) * dim ** -0.5)
        self.to_q_bias = nn.Parameter(torch.zeros(inner))
        self.to_kv_weight = nn.Parameter(torch.randn(2 * inner, dim, 1, 1) * dim ** -0.5)
        self.to_kv_bias = nn.Parameter(torch.zeros(2 * inner))

    def forward(self, x):
        B, _, H, W = x.shape
        q = F.conv2d(x, self.to_q_weight, self.to_q_bias).reshape(B, self.h, self.d, H * W)
        kv = F.conv2d(F.avg_pool2d(x, self.win), self.to_kv_weight, self.to_kv_bias)
        kv = kv.reshape(B, 2, self.h, self.d, -1)
        a = torch.einsum("bhdn,bhdm->bhnm", q, kv[:, 0]).div(self.d ** 0.5).softmax(-1)
        return torch.einsum("bhnm,bhdm->bhdn", a, kv[:, 1]).reshape(B, self.h * self.d, H, W)
