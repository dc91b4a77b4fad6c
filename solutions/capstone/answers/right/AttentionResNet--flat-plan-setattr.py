class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.attention = attention
            for k, (c, s) in enumerate([(in_channels, stride), (width, 1)], start=1):
                setattr(self, f"conv{k}", nn.Conv2d(c, width, 3, s, padding=1, bias=False))
                setattr(self, f"bn{k}", nn.BatchNorm2d(width))
            self.register_module("downsample", None)
            if stride == 2 or in_channels != width:
                layers = [nn.Conv2d(in_channels, width, 1, stride, bias=False),
                          nn.BatchNorm2d(width)]
                self.downsample = nn.Sequential(*layers)

        def forward(self, x):
            branch = nn.Sequential(self.conv1, self.bn1, nn.ReLU(), self.conv2, self.bn2,
                                   self.attention)
            if self.downsample is None:
                return (branch(x) + x).relu()
            return (branch(x) + self.downsample(x)).relu()

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        outs = [w for w in widths for _ in range(blocks)]
        ins = [widths[0]] + outs[:-1]
        strides = [2 if n and n % blocks == 0 else 1 for n in range(len(outs))]
        if make_attention is None:
            attentions = [nn.Identity() for _ in outs]
        else:
            attentions = [make_attention(w) for w in outs]
        chain = [self.Block(*plan) for plan in zip(ins, outs, strides, attentions)]
        self.stages = nn.ModuleList(nn.ModuleList(chain[n:n + blocks])
                                    for n in range(0, len(chain), blocks))
        self.head = nn.Linear(outs[-1], num_classes)
        self.stem = nn.Sequential()
        self.stem.append(nn.Conv2d(3, ins[0], 3, 1, 1, bias=False))
        self.stem.append(nn.BatchNorm2d(ins[0]))
        self.stem.append(nn.ReLU())

    def forward(self, x):
        x = self.stem(x)
        for block in (block for stage in self.stages for block in stage):
            x = block(x)
        b, c, h, w = x.shape
        return self.head(x.sum(dim=(2, 3)) / (h * w))
