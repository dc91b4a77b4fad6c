# expect: your layers have biases, which the exercise's layers do not
class ResBlock(nn.Module):
    def __init__(self, c_in, c_out, stride, make_attention):
        super().__init__()
        self.conv1 = nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1)
        self.bn1 = nn.BatchNorm2d(c_out)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, stride=1, padding=1)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.relu = nn.ReLU()
        if make_attention is None:
            self.attention = nn.Identity()
        else:
            self.attention = make_attention(c_out)
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(
                nn.Conv2d(c_in, c_out, 1, stride=stride),
                nn.BatchNorm2d(c_out),
            )
        else:
            self.downsample = None

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.attention(out)
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        c_in = widths[0]
        for i, c in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stage.append(ResBlock(c_in, c, 2 if (i > 0 and j == 0) else 1, make_attention))
                c_in = c
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = x.mean(dim=[2, 3])
        return self.head(x)
