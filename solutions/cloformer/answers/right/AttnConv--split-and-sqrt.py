# torch.split, and division by math.sqrt(head_dim)
import math

class AttnConv(nn.Module):
    def __init__(self, dim, heads, head_dim, kernel_size):
        super().__init__()
        self.inner = heads * head_dim
        self.head_dim = head_dim
        c = self.inner * 3
        self.qkv = nn.Conv2d(dim, c, 1)
        self.mixer = nn.Conv2d(c, c, kernel_size, 1, kernel_size // 2, groups=c)
        self.attn_map = AttnMap(self.inner)

    def forward(self, x):
        t = self.qkv(x)
        t = self.mixer(t)
        q, k, v = torch.split(t, self.inner, dim=1)
        attn = self.attn_map(q.mul(k))
        attn = torch.tanh(attn / math.sqrt(self.head_dim))
        return attn.mul(v)
