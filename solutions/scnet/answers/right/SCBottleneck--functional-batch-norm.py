# special: F.batch_norm with the layers' own tensors (training flag and counter included); layers in another order
import torch.nn.functional as F


def bn(layer, x):
    if layer.training:
        layer.num_batches_tracked.add_(1)
    return F.batch_norm(x, layer.running_mean, layer.running_var, layer.weight, layer.bias,
                        layer.training, layer.momentum, layer.eps)


class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        out = planes * self.expansion
        self.downsample = downsample
        self.bn3 = nn.BatchNorm2d(out)
        self.conv3 = nn.Conv2d(2 * w, out, kernel_size=1, bias=False)
        self.scconv = SCConv(w, stride=stride)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        for half in "ba":
            setattr(self, "bn1_" + half, nn.BatchNorm2d(w))
            setattr(self, "conv1_" + half, nn.Conv2d(in_channels, w, 1, bias=False))

    def forward(self, x):
        a = F.relu(bn(self.bn1_a, F.conv2d(x, self.conv1_a.weight)))
        b = F.relu(bn(self.bn1_b, F.conv2d(x, self.conv1_b.weight)))
        conv, norm = self.k1
        a = F.relu(bn(norm, conv(a)))
        b = F.relu(self.scconv(b))
        y = bn(self.bn3, self.conv3(torch.cat([a, b], 1)))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))
