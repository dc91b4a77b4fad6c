# expect: not expected: `gamma`
class CrossMaskedAttention(nn.Module):
    def __init__(self, channels, reduction=8, softmax_over="keys"):
        super(CrossMaskedAttention, self).__init__()
        if softmax_over != "keys" and softmax_over != "queries":
            raise ValueError("softmax_over must be keys or queries")
        if channels // reduction == 0:
            raise ValueError("too few channels: %d with reduction %d" % (channels, reduction))
        self.softmax = nn.Softmax(dim=-1 if softmax_over == "keys" else -2)
        self.gamma = nn.Parameter(torch.zeros(1))
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)

    def attention(self, x, y):
        proj_query = self.query(x).flatten(2).permute(0, 2, 1)
        proj_key = self.key(y).flatten(2)
        energy = torch.bmm(proj_query, proj_key)
        return self.softmax(energy * proj_key.shape[1] ** -0.5)

    def forward(self, x, y, mask=None):
        batch, channels, height, width = x.size()
        proj_value = self.value(y).flatten(2).permute(0, 2, 1)
        out = torch.bmm(self.attention(x, y), proj_value)
        out = out.permute(0, 2, 1).reshape(batch, channels, height, width)
        out = self.gamma * out
        if mask is None:
            return out
        return mask * out
