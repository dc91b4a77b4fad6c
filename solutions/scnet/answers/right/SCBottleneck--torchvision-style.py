# special: written like torchvision's ResNet, one nn.ReLU(inplace=True) for all places, out += identity
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super(SCBottleneck, self).__init__()
        group_width = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, group_width, kernel_size=1, bias=False)
        self.bn1_a = nn.BatchNorm2d(group_width)
        self.conv1_b = nn.Conv2d(in_channels, group_width, kernel_size=1, bias=False)
        self.bn1_b = nn.BatchNorm2d(group_width)
        self.k1 = nn.Sequential(
                    nn.Conv2d(group_width, group_width, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(group_width),
                    )
        self.scconv = SCConv(group_width, stride=stride)
        self.conv3 = nn.Conv2d(group_width * 2, planes * 4, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample
        self.stride = stride

    def forward(self, x):
        residual = x

        out_a = self.conv1_a(x)
        out_a = self.bn1_a(out_a)
        out_a = self.relu(out_a)
        out_a = self.k1(out_a)
        out_a = self.relu(out_a)

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        out = self.conv3(torch.cat([out_a, out_b], dim=1))
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)
        out += residual
        out = self.relu(out)
        return out
