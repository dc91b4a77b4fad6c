# expect: `attention` is called twice
import torch.nn.functional as F


from functools import partial
from itertools import chain, pairwise

conv = partial(nn.Conv2d, bias=False)


class AttentionResNet(nn.Module):
    class Block(nn.Module):
        def __init__(self, in_channels, width, stride, attention):
            super().__init__()
            self.conv1, self.bn1 = conv(in_channels, width, 3, stride, 1), nn.BatchNorm2d(width)
            self.conv2, self.bn2 = conv(width, width, 3, 1, 1), nn.BatchNorm2d(width)
            self.attention = attention
            if (changes := stride > 1 or in_channels != width):
                self.downsample = nn.Sequential(conv(in_channels, width, 1, stride),
                                                nn.BatchNorm2d(width))
            else:
                self.downsample = None

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu_(self.bn1(self.conv1(x)))))
            return F.relu(self.attention(self.attention(y)) + (self.downsample or nn.Identity())(x))

    def __init__(self, make_attention, widths=(16, 32, 64), blocks=2, num_classes=10):
        super().__init__()
        make_attention = make_attention or (lambda _: nn.Identity())
        self.stem = nn.Sequential(conv(3, (w0 := widths[0]), 3, padding=1), nn.BatchNorm2d(w0),
                                  nn.ReLU())
        self.stages = nn.ModuleList()
        for before, width in pairwise((w0, *widths)):
            stride = 2 if len(self.stages) else 1
            plan = [(before, stride)] + [(width, 1)] * (blocks - 1)
            self.stages.append(nn.ModuleList(
                self.Block(inside, width, step, make_attention(width)) for inside, step in plan))
        self.head = nn.Linear(width, num_classes)

    def forward(self, x):
        for layer in chain([self.stem], *self.stages):
            x = layer(x)
        return self.head(x.flatten(2).mean(dim=-1))
