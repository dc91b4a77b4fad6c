# the paper's order: kv of x, then the means; a pool layer
class GlobalBranch(nn.Module):
    def __init__(self, dim, heads, head_dim, window_size):
        super().__init__()
        self.heads = heads
        self.head_dim = head_dim
        self.q = nn.Conv2d(dim, heads * head_dim, 1)
        self.kv = nn.Conv2d(dim, heads * head_dim * 2, 1)
        self.pool = nn.AvgPool2d(window_size)

    def forward(self, x):
        b, c, h, w = x.shape
        k, v = self.pool(self.kv(x)).flatten(2).chunk(2, dim=1)
        q = self.q(x).flatten(2)
        q = q.reshape(b, self.heads, self.head_dim, -1).transpose(2, 3)
        k = k.reshape(b, self.heads, self.head_dim, -1).transpose(2, 3)
        v = v.reshape(b, self.heads, self.head_dim, -1).transpose(2, 3)
        a = q @ k.transpose(2, 3)
        a = a / self.head_dim ** 0.5
        a = a.softmax(dim=-1)
        return (a @ v).transpose(2, 3).reshape(b, self.heads * self.head_dim, h, w)
