# expect: `downsample` pools first, and its convolution has stride 1
import torch.nn.functional as F



class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = attention
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.AvgPool2d(stride, ceil_mode=True),
                    nn.Conv2d(in_channels, width, 1, bias=False),
                    nn.BatchNorm2d(width))
            else:
                self.downsample = None

        def forward(self, x):
            shortcut = x if self.downsample is None else self.downsample(x)
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention(self.bn2(self.conv2(out)))
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU())
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stride = 2 if i > 0 and j == 0 else 1
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))
