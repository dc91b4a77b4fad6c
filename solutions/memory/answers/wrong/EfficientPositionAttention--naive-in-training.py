# expect: holds more at once than it may
class EfficientPositionAttention(nn.Module):
    def __init__(self, channels, reduction=8):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} // reduction={reduction} is 0")
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        q = self.query(x).flatten(2).transpose(1, 2)
        k = self.key(x).flatten(2)
        v = self.value(x).flatten(2).transpose(1, 2)
        parts = [q] if self.training else q.split(64, dim=1)
        out = [(part @ k).softmax(-1) @ v for part in parts]
        return x + self.gamma * torch.cat(out, dim=1).transpose(1, 2).reshape(x.shape)
