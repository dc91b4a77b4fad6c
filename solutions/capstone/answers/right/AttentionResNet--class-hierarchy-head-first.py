class Residual(nn.Module):
    """x -> relu(branch(x) + shortcut(x)); a child class says what the branch is."""

    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.downsample = None
        if (c_in, stride) != (c_out, 1):
            self.downsample = nn.Sequential()
            self.downsample.append(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False))
            self.downsample.append(nn.BatchNorm2d(c_out))

    def shortcut(self, x):
        return x if self.downsample is None else self.downsample(x)

    def branch(self, x):
        raise NotImplementedError

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


class AttentionBlock(Residual):
    def __init__(self, c_in, c_out, stride, attention):
        super().__init__(c_in, c_out, stride)
        self.attention = attention
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(c_out)

    def branch(self, x):
        h = self.bn1(self.conv1(x)).relu()
        return self.attention(self.bn2(self.conv2(h)))


class Backbone(nn.Module):
    def features(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return x

    def forward(self, x):
        pooled = self.features(x).mean(-1).mean(-1)
        return self.head(pooled)


class AttentionResNet(Backbone):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.head = nn.Linear(widths[-1], num_classes)
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages = nn.ModuleList()
        last = widths[0]
        for number, width in enumerate(widths):
            self.stages.append(self.make_stage(make_attention, last, width, blocks, number == 0))
            last = width

    @staticmethod
    def make_stage(make_attention, last, width, blocks, is_first):
        def attention():
            if make_attention is None:
                return nn.Identity()
            return make_attention(width)

        stage = nn.ModuleList([AttentionBlock(last, width, 1 if is_first else 2, attention())])
        for _ in range(blocks - 1):
            stage.append(AttentionBlock(width, width, 1, attention()))
        return stage
