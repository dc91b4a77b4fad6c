class AttentionResNet(nn.Module):
    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()

        def conv_bn(inside, outside, size, stride):
            return (nn.Conv2d(inside, outside, size, stride, size // 2, bias=False),
                    nn.BatchNorm2d(outside))

        self.stem = nn.Sequential(*conv_bn(3, widths[0], 3, 1), nn.ReLU())
        self.stages = nn.ModuleList(nn.ModuleList() for _ in widths)
        channels = widths[0]
        for i, stage in enumerate(self.stages):
            for j in range(blocks):
                stride = 2 if i and not j else 1
                block = nn.Module()
                block.conv1, block.bn1 = conv_bn(channels, widths[i], 3, stride)
                block.conv2, block.bn2 = conv_bn(widths[i], widths[i], 3, 1)
                block.attention = (nn.Identity() if make_attention is None
                                   else make_attention(widths[i]))
                block.downsample = None
                if stride == 2 or channels != widths[i]:
                    block.downsample = nn.Sequential(*conv_bn(channels, widths[i], 1, stride))
                stage.append(block)
                channels = widths[i]
        self.head = nn.Linear(channels, num_classes)

    @staticmethod
    def run(block, x):
        out = block.bn1(block.conv1(x)).clamp(min=0)
        out = block.attention(block.bn2(block.conv2(out)))
        out = out + (block.downsample(x) if block.downsample is not None else x)
        return out.clamp(min=0)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = self.run(block, x)
        return self.head(x.mean((-2, -1)))
