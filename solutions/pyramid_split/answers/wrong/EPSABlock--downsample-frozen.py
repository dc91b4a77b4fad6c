# expect: runs in eval mode
class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Linear(in_channels, planes, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Linear(planes, 4 * planes, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def train(self, mode=True):
        super().train(mode)
        if self.downsample is not None:
            self.downsample.eval()
        return self

    def forward(self, x):
        out = torch.relu(self.bn1(torch.einsum("bchw,dc->bdhw", x, self.conv1.weight)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(torch.einsum("bchw,dc->bdhw", out, self.conv3.weight))
        return torch.relu(out + (x if self.downsample is None else self.downsample(x)))
