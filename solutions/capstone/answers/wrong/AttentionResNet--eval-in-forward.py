# expect: Your network calls eval() in forward, so its BatchNorms never see the batch
def conv3x3(inside, outside, stride=1):
    return nn.Conv2d(inside, outside, kernel_size=3, stride=stride, padding=1, bias=False)


class BasicBlock(nn.Module):
    def __init__(self, inside, outside, stride, attention):
        super().__init__()
        self.conv1 = conv3x3(inside, outside, stride)
        self.bn1 = nn.BatchNorm2d(outside)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(outside, outside)
        self.bn2 = nn.BatchNorm2d(outside)
        self.attention = attention
        fits = stride == 1 and inside == outside
        self.downsample = None if fits else nn.Sequential(
            nn.Conv2d(inside, outside, kernel_size=1, stride=stride, bias=False),
            nn.BatchNorm2d(outside))

    def forward(self, x):
        identity = x
        out = self.conv1(x)
        out = self.bn1(out)
        out = self.relu(out)
        out = self.conv2(out)
        out = self.bn2(out)
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        return self.relu(out + identity)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make = make_attention if make_attention is not None else lambda width: nn.Identity()
        first = widths[0]
        self.stem = nn.Sequential(conv3x3(3, first), nn.BatchNorm2d(first), nn.ReLU(inplace=True))
        self.stages = nn.ModuleList([
            nn.ModuleList([
                BasicBlock(
                    widths[max(s - 1, 0)] if b == 0 else widths[s],
                    widths[s],
                    2 if s != 0 and b == 0 else 1,
                    make(widths[s]),
                )
                for b in range(blocks)
            ])
            for s in range(len(widths))
        ])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        self.eval()
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = self.pool(x)
        return self.head(torch.flatten(x, 1))
