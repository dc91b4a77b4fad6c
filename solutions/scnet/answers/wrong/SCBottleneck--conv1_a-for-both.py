# expect: `conv1_b` is made and never called
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super(SCBottleneck, self).__init__()
        width = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)
        self.bn1_a = nn.BatchNorm2d(width)
        self.k1 = nn.Sequential(
                    nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(width))
        self.conv1_b = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)
        self.bn1_b = nn.BatchNorm2d(width)
        self.scconv = SCConv(width, stride=stride)
        self.conv3 = nn.Conv2d(width * 2, planes * self.expansion, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * self.expansion)
        self.relu = nn.ReLU()
        self.downsample = downsample

    def forward(self, x):
        residual = x

        out_a = self.conv1_a(x)
        out_a = self.bn1_a(out_a)
        out_a = self.relu(out_a)
        out_a = self.k1(out_a)
        out_a = self.relu(out_a)

        out_b = self.conv1_a(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out
