# expect: drops some of its weights
class ChannelAttention(nn.Module):
    def __init__(self, negate=False):
        super().__init__()
        self.negate = negate
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        x = x.flatten(2)
        energy = x @ x.mT
        if self.negate:
            energy = energy.amax(-1, keepdim=True) - energy
        return energy.softmax(-1)

    def forward(self, x):
        a = nn.functional.dropout(self.attention(x), 0.1, self.training)
        return x + self.gamma * (a @ x.flatten(2)).view_as(x)
