# expect: is a plain Python container
import torch.nn.functional as F


class AttentionResNet(nn.Module):
    """A small ResNet with a module in each block, (B, 3, H, W) -> (B, num_classes).

    stem: nn.Sequential. stages: nn.ModuleList of nn.ModuleLists of blocks. head: nn.Linear.
    A block has conv1, bn1, conv2, bn2, attention and downsample (None where x fits).
    No convolution has a bias.
    """

    class Block(nn.Module):
        """relu(attention(bn2(conv2(relu(bn1(conv1(x)))))) + shortcut)."""

        def __init__(self, in_channels: int, width: int, stride: int, attention: nn.Module):
            super().__init__()
            self.conv1 = nn.Conv2d(in_channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.attention = [attention]
            self.downsample = None
            if stride != 1 or in_channels != width:
                self.downsample = nn.Sequential(
                    nn.Conv2d(in_channels, width, 1, stride, bias=False),
                    nn.BatchNorm2d(width),
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out = F.relu(self.bn1(self.conv1(x)))
            out = self.attention[0](self.bn2(self.conv2(out)))
            shortcut = x if self.downsample is None else self.downsample(x)
            return F.relu(out + shortcut)

    def __init__(self, make_attention, widths=(16, 32, 64), blocks: int = 2,
                 num_classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, widths[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        self.stages = nn.ModuleList()
        in_channels = widths[0]
        for i, width in enumerate(widths):
            stage = nn.ModuleList()
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                attention = nn.Identity() if make_attention is None else make_attention(width)
                stage.append(self.Block(in_channels, width, stride, attention))
                in_channels = width
            self.stages.append(stage)
        self.head = nn.Linear(widths[-1], num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(x.mean(dim=(2, 3)))
