# special: the 1 x 1 convolutions are einsum and matmul with the layers' weights
def pointwise(conv, x):
    return torch.einsum("oi,bihw->bohw", conv.weight[:, :, 0, 0], x)


class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        a = torch.relu(self.k1(torch.relu(self.bn1_a(pointwise(self.conv1_a, x)))))
        b = torch.relu(self.scconv(torch.relu(self.bn1_b(pointwise(self.conv1_b, x)))))
        both = torch.cat((a, b), dim=-3)
        y = (self.conv3.weight.flatten(1) @ both.flatten(2)).unflatten(2, both.shape[2:])
        y = self.bn3(y)
        if self.downsample is None:
            return torch.relu(x + y)
        return torch.relu(self.downsample(x) + y)
