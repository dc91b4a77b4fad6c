# expect: The second block of a stage has the stride
import torch.nn.functional as F


from functools import reduce


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, width, 1, stride=stride, bias=False),
                nn.BatchNorm2d(width),
            ) if stride * width != in_channels or stride > 1 else None
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride=stride, padding="same" if stride == 1 else 1,
                                   bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, padding="same", bias=False)
            self.bn1, self.bn2 = (nn.BatchNorm2d(width) for _ in range(2))
            self.attention = attention

        def forward(self, x):
            steps = (self.conv1, self.bn1, F.relu, self.conv2, self.bn2, self.attention)
            y = reduce(lambda value, step: step(value), steps, x)
            return F.relu(torch.add(y, self.downsample(x) if self.downsample else x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding="same", bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU())
        self.stages, before = nn.ModuleList(), widths[0]
        for i, width in enumerate(widths):
            self.stages.append(nn.ModuleList())
            for j in range(blocks):
                stride = 1 + (i > 0) * (j == 1)
                attention = make_attention(width) if make_attention else nn.Identity()
                self.stages[-1].append(self.Block(before, width, stride, attention))
                before = width
        self.head = nn.Linear(before, num_classes)

    def forward(self, x):
        x = reduce(lambda x, block: block(x), (b for s in self.stages for b in s), self.stem(x))
        return F.linear(torch.einsum("bchw->bc", x) / x[0, 0].numel(), self.head.weight,
                        self.head.bias)
