# expect: multiply from the other side
class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        flat = x.flatten(2)
        e = flat @ flat.transpose(1, 2)
        if self.negate:
            e = e.max(-1, keepdim=True).values - e
        return e.softmax(-1)

    def forward(self, x):
        out = x.flatten(2).transpose(1, 2) @ self.attention(x)
        return x + self.gamma * out.view_as(x)
