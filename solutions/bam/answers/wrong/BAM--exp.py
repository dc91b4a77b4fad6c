# expect: gives NaN for large scores
class Pointwise(nn.Linear):
    def forward(self, x):
        return torch.einsum("bchw,dc->bdhw", x, self.weight) + self.bias[:, None, None]


class Channels(nn.Module):
    def __init__(self, channels, hidden):
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.bn = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x):
        return self.fc2(torch.relu(self.bn(self.fc1(torch.einsum("bchw->bc", x) / x[0, 0].numel()))))[:, :, None, None]


class Positions(nn.Module):
    def __init__(self, channels, hidden, dilation):
        super().__init__()
        self.reduce = Pointwise(channels, hidden)
        self.bn0 = nn.BatchNorm2d(hidden)
        self.conv1 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.conv2 = nn.Conv2d(hidden, hidden, 3, padding=dilation, dilation=dilation)
        self.bn2 = nn.BatchNorm2d(hidden)
        self.project = Pointwise(hidden, 1)

    def forward(self, x):
        x = torch.relu(self.bn0(self.reduce(x)))
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.project(torch.relu(self.bn2(self.conv2(x))))


class BAM(nn.Module):
    def __init__(self, channels, reduction=16, dilation=4, combine="sum"):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"no hidden channels: {channels} // {reduction}")
        if combine not in ("sum", "product"):
            raise ValueError(f"combine is {combine!r}")
        self.product = combine == "product"
        self.channel = Channels(channels, hidden)
        self.spatial = Positions(channels, hidden, dilation)

    def forward(self, x):
        c, s = self.channel(x), self.spatial(x)
        e = torch.exp(c * s if self.product else c + s)
        return x + x * e / (1 + e)
