# expect: conv1 or conv2, has a bias
import torch.nn.functional as F


def _relu_after(module, inputs, output):
    return F.relu(output)


class _Block(nn.Module):
    """The sum; a forward hook applies the ReLU behind it."""

    def __init__(self, cin, cout, stride, attention):
        super().__init__()
        kw = dict(padding=1, bias=False)
        self.conv1 = nn.Conv2d(cin, cout, 3, stride=stride, **kw)
        self.bn1 = nn.BatchNorm2d(cout)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(cout)
        self.attention = attention
        if stride == 1 and cin == cout:
            self.downsample = None
        else:
            self.downsample = nn.Sequential(
                nn.Conv2d(cin, cout, (1, 1), stride=(stride, stride), bias=False),
                nn.BatchNorm2d(cout))
        self.register_forward_hook(_relu_after)

    def forward(self, x):
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)), inplace=True)))
        residual = self.attention(residual)
        if self.downsample is not None:
            x = self.downsample(x)
        return residual + x


class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, 1, 1, bias=False),
                                  nn.BatchNorm2d(widths[0]), nn.ReLU(inplace=True))
        stages = []
        channels = widths[0]
        for stage_index in range(len(widths)):
            stage = []
            width = widths[stage_index]
            for block_index in range(blocks):
                if make_attention is None:
                    attention = nn.Identity()
                else:
                    attention = make_attention(width)
                stride = 1
                if stage_index != 0 and block_index == 0:
                    stride = 2
                stage.append(_Block(channels, width, stride, attention))
                channels = width
            stages.append(nn.ModuleList(stage))
        self.stages = nn.ModuleList(stages)
        self.head = nn.Linear(channels, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        x = F.adaptive_avg_pool2d(x, (1, 1)).squeeze(-1).squeeze(-1)
        return self.head(x)
