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

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, x.shape[2:])))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, out.shape[2:]))
        return torch.relu((x if self.downsample is None else self.downsample(x)) + out)
