class Pointwise(nn.Linear):
    def forward(self, x):
        return torch.einsum("bchw,dc->bdhw", x, self.weight) + self.bias[:, None, None]


def block(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


def classify(inputs, classes):
    return nn.Sequential(nn.Dropout2d(0.1), Pointwise(inputs, classes))


class DANetHead(nn.Module):
    def __init__(self, in_channels, num_classes):
        super().__init__()
        inter = in_channels // 4
        self.position_in = block(in_channels, inter)
        self.channel_in = block(in_channels, inter)
        self.position = PositionAttention(inter)
        self.channel = ChannelAttention(negate=True)
        self.position_out = block(inter, inter)
        self.channel_out = block(inter, inter)
        self.classify_fused = classify(inter, num_classes)
        self.classify_position = classify(inter, num_classes)
        self.classify_channel = classify(inter, num_classes)

    def forward(self, x):
        p = self.position_out(self.position(self.position_in(x)))
        c = self.channel_out(self.channel(self.channel_in(x)))
        return self.classify_fused(p + c), self.classify_position(p), self.classify_channel(c)
