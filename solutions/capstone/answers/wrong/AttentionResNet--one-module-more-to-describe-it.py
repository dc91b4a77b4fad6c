# expect: Input `make_attention`: your code calls it
class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, channels, width, stride, attention):
            super().__init__()
            conv = lambda a, b, k, s: nn.Conv2d(a, b, k, s, k // 2, bias=False)
            self.conv1, self.bn1 = conv(channels, width, 3, stride), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1), nn.BatchNorm2d(width)
            self.attention = attention
            self.downsample = None
            if stride == 2:
                self.downsample = nn.Sequential(conv(channels, width, 1, 2), nn.BatchNorm2d(width))

        def forward(self, x):
            y = self.conv1(x)
            y = self.bn1(y)
            y = nn.functional.relu(y)
            y = self.conv2(y)
            y = self.bn2(y)
            y = self.attention(y)
            if self.downsample is None:
                return nn.functional.relu(x + y)
            return nn.functional.relu(self.downsample(x) + y)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        if make_attention is None:
            make_attention = lambda width: nn.Identity()
        w = widths[0]
        self.described = str(make_attention(w))
        self.stem = nn.Sequential(nn.Conv2d(3, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())
        self.stages = nn.ModuleList()
        for i in range(len(widths)):
            before = widths[max(i - 1, 0)]
            first = self.Block(before, widths[i], 1 if i == 0 else 2, make_attention(widths[i]))
            rest = [self.Block(widths[i], widths[i], 1, make_attention(widths[i])) for _ in range(blocks - 1)]
            self.stages.append(nn.ModuleList([first] + rest))
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(nn.functional.adaptive_avg_pool2d(x, 1)[:, :, 0, 0])
