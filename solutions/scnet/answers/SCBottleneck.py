import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: Identity-as-shortcut
# special: downsample None becomes nn.Identity(); both halves in one loop
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        self.conv1_a, self.conv1_b = (nn.Conv2d(in_channels, w, 1, bias=False) for _ in "ab")
        self.bn1_a, self.bn1_b = nn.BatchNorm2d(w), nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(w + w, self.expansion * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * planes)
        self.downsample = nn.Identity() if downsample is None else downsample

    def forward(self, x):
        halves = []
        for conv, bn, core in ((self.conv1_a, self.bn1_a, self.k1), (self.conv1_b, self.bn1_b, self.scconv)):
            halves.append(core(bn(conv(x)).relu()).relu())
        return (self.bn3(self.conv3(torch.cat(halves, 1))) + self.downsample(x)).relu()


# %% right: as-in-the-hints
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% right: conv3-in-two-pieces
# special: nothing is joined: conv3's weight is cut into the columns for a and for b, and the results are added


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
        a = F.relu(self.k1(F.relu(self.bn1_a(self.conv1_a(x)))))
        b = F.relu(self.scconv(F.relu(self.bn1_b(self.conv1_b(x)))))
        for_a, for_b = self.conv3.weight.split(a.shape[1], dim=1)
        y = self.bn3(F.conv2d(a, for_a) + F.conv2d(b, for_b))
        shortcut = self.downsample(x) if self.downsample is not None else x
        return F.relu(y + shortcut)


# %% right: einsum-for-1-x-1
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


# %% right: functional-batch-norm
# special: F.batch_norm with the layers' own tensors (training flag and counter included); layers in another order


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


# %% right: halves-stacked
# special: halves are stacked on a new axis and flattened instead of torch.cat; the ReLU is torch.where
def positive(t):
    return torch.where(t > 0, t, torch.zeros_like(t))


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
        a = positive(self.k1(positive(self.bn1_a(self.conv1_a(x)))))
        b = positive(self.scconv(positive(self.bn1_b(self.conv1_b(x)))))
        both = torch.stack((a, b), dim=1).flatten(1, 2)
        y = self.bn3(self.conv3(both))
        return positive(y + (self.downsample(x) if self.downsample else x))


# %% right: identity-for-none
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        self.downsample = downsample if downsample is not None else nn.Identity()

    def forward(self, x):
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        identity = self.downsample(identity)
        return F.relu(out + identity)


# %% right: one-conv-for-both-halves-split
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        identity = x
        weight = torch.cat([self.conv1_a.weight, self.conv1_b.weight])
        a, b = F.conv2d(x, weight).chunk(2, dim=1)
        a, b = F.relu(self.bn1_a(a)), F.relu(self.bn1_b(b))
        a = F.relu(self.k1(a))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% right: one-narrow-convolution-for-both
# special: both 1 x 1 weights are joined, x is read once, and the result is cut into halves with chunk


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
        self.act = nn.ReLU()

    def forward(self, x):
        narrow = F.conv2d(x, torch.cat([self.conv1_a.weight, self.conv1_b.weight]))
        a, b = narrow.chunk(2, dim=1)
        a, b = self.act(self.bn1_a(a)), self.act(self.bn1_b(b))
        both = torch.cat([self.k1(a), self.scconv(b)], dim=1)
        y = self.bn3(self.conv3(self.act(both)))  # one ReLU for both halves
        return self.act(y.add(x) if self.downsample is None else y.add(self.downsample(x)))


# %% right: planes-by-expansion
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = int(planes / 2)
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, self.expansion * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(self.expansion * planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% right: relu-inside-k1
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU())
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = self.k1(a)
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% right: relu-module
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        self.act = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        a = self.act(self.bn1_a(self.conv1_a(x)))
        a = self.act(self.k1(a))
        b = self.act(self.bn1_b(self.conv1_b(x)))
        b = self.act(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return self.act(out + identity)


# %% right: torchvision-style
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


# %% right: written-into-an-empty-tensor
# special: the joined tensor is made with new_empty and both halves are written into it


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
        a = F.relu(self.k1(F.relu(self.bn1_a(self.conv1_a(x)))))
        b = F.relu(self.scconv(F.relu(self.bn1_b(self.conv1_b(x)))))
        n, w, h, wide = a.shape
        both = a.new_empty(n, 2 * w, h, wide)
        both[:, :w] = a
        both[:, w:] = b
        y = self.bn3(self.conv3(both))
        shortcut = x
        if self.downsample is not None:
            shortcut = self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: ReLU-before-bn1_b, expect: it went through one ReLU too many
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = self.bn1_b(F.relu(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: ReLU-before-the-shortcut, expect: Your last ReLU comes before the addition
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y) + shortcut


# %% wrong: ReLU-on-the-shortcut, expect: There is a ReLU after `downsample`
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else F.relu(self.downsample(x))
        return F.relu(y + shortcut)


# %% wrong: a-written-over-b, expect: half `b` is not used
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

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        out = torch.cat([out_a, out_a], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out


# %% wrong: adds-into-x, expect: Your block changes its input in place
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

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        residual += out
        out = residual
        out = self.relu(out)
        return out


# %% wrong: b-first-too, expect: You join the halves in the order `b`, `a`
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([b, a], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: b-first, expect: The plain half, `a`, should come first: torch.cat([a, b], dim=1)
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([b, a], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: batch-axis-joined, expect: along axis 0
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=0)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: bias-in-k1, expect: One of the convolutions to w channels
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super(SCBottleneck, self).__init__()
        width = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)
        self.bn1_a = nn.BatchNorm2d(width)
        self.k1 = nn.Sequential(
                    nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1),
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

        out_b = self.conv1_b(x)
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


# %% wrong: biases-in-the-1-x-1, expect: Each of the 1 x 1 convolutions has a bias
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1)
        self.bn1_a = nn.BatchNorm2d(w)
        self.conv1_b = nn.Conv2d(in_channels, w, 1)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: bn1-is-one-module, expect: so they share their weights
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = self.bn1_a
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: bn1_a-for-both, expect: You call bn1_a in both halves, and bn1_b is never called
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_a(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: bn3-forgotten, expect: before the addition
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

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out


# %% wrong: bn3-never-in-training, expect: training mode
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.conv3(torch.cat([a, b], dim=1))
        y = F.batch_norm(y, self.bn3.running_mean, self.bn3.running_var, self.bn3.weight, self.bn3.bias)
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: channels-interleaved, expect: You interleave the channels of `a` and `b`
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.stack([a, b], dim=2).flatten(1, 2)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: conv1_a-for-both, expect: `conv1_b` is made and never called
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


# %% wrong: conv3-from-planes, expect: If planes is odd
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: conv3-is-3-x-3, expect: `conv3.weight` has shape
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
        self.conv3 = nn.Conv2d(width * 2, planes * self.expansion, kernel_size=3, padding=1, bias=False)
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

        out_b = self.conv1_b(x)
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


# %% wrong: downsample-called-when-none, expect: None
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: downsample-ignored, expect: If a `downsample` is given, add downsample(x), because x has the wrong size or number of channels
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        return F.relu(y + x)


# %% wrong: downsample-not-stored, expect: Missing: `downsample.weight`
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

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out


# %% wrong: downsample-of-y, expect: It should read x
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(y)
        return F.relu(y + shortcut)


# %% wrong: expansion-forgotten-too, expect: conv3 returns `planes` channels
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: expansion-forgotten, expect: 4 * planes
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: float-tensor-for-the-join, expect: without a dtype, so it is float32
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

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        n, c, h, w = out_a.shape
        out = torch.zeros(n, 2 * c, h, w)
        out[:, :c] = out_a
        out[:, c:] = out_b
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out


# %% wrong: full-width, expect: w = planes // 2
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes
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
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: halves-added-too, expect: You add the halves
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(a + b))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: halves-added, expect: You add the halves
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(a + b))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: halves-as-wide-as-planes, expect: Your halves have `planes` channels each
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super(SCBottleneck, self).__init__()
        width = planes
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

        out_b = self.conv1_b(x)
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


# %% wrong: halves-exchanged, expect: half `b` should go through scconv
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.scconv(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.k1(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: joined-along-the-batch, expect: You join `a` and `b` along axis
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

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        out = torch.cat([out_a, out_b], dim=0)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out


# %% wrong: joined-along-the-width, expect: along the last axis, the width
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=-1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: k1-without-BatchNorm, expect: Missing: `k1.1.weight`
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: k1-without-padding, expect: Sizes of tensors must match
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: no-ReLU-after-bn1_a, expect: The ReLU after bn
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = self.bn1_a(self.conv1_a(x))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: no-ReLU-after-k1, expect: The ReLU after k
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = self.k1(a)
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: no-ReLU-after-scconv, expect: The ReLU after scconv is missing
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

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out


# %% wrong: no-final-relu, expect: ReLU after the addition
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return out + identity


# %% wrong: no-last-ReLU, expect: The ReLU after the addition is missing
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

        out_b = self.conv1_b(x)
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
        return out


# %% wrong: no-relu-after-scconv, expect: scconv
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = self.scconv(b)
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: no-shortcut-too, expect: The shortcut is missing
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        return F.relu(y)


# %% wrong: no-shortcut, expect: shortcut
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
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
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out)


# %% wrong: one-ReLU-too-many, expect: There is a ReLU after bn
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

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_b)
        out_b = self.relu(out_b)

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)
        out = self.relu(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out


# %% wrong: pooling-is-the-stride, expect: as its pooling
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, stride, 1, bias=False), nn.BatchNorm2d(w))
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, pooling=stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: scconv-after-k1, expect: You call scconv on half `a`
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

        out_b = self.conv1_b(x)
        out_b = self.bn1_b(out_b)
        out_b = self.relu(out_b)
        out_b = self.scconv(out_a)
        out_b = self.relu(out_b)

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            residual = self.downsample(x)

        out = out + residual
        out = self.relu(out)
        return out


# %% wrong: scconv-without-the-stride, expect: scconv has no stride
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: shortcut-detached, expect: The numbers are right
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x.detach() if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: shortcut-only-with-downsample, expect: If downsample is None
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

        out = torch.cat([out_a, out_b], dim=1)
        out = self.conv3(out)
        out = self.bn3(out)

        if self.downsample is not None:
            out = out + self.downsample(x)
        out = self.relu(out)
        return out


# %% wrong: squeeze, expect: expected 4D input
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a.squeeze(), b.squeeze()], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: stride-as-pooling, expect: Leave the argument out
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
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride, 2)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: stride-ignored, expect: The halves keep x's size
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super(SCBottleneck, self).__init__()
        width = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)
        self.bn1_a = nn.BatchNorm2d(width)
        self.k1 = nn.Sequential(
                    nn.Conv2d(width, width, kernel_size=3, stride=1, padding=1, bias=False),
                    nn.BatchNorm2d(width))
        self.conv1_b = nn.Conv2d(in_channels, width, kernel_size=1, bias=False)
        self.bn1_b = nn.BatchNorm2d(width)
        self.scconv = SCConv(width)
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

        out_b = self.conv1_b(x)
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


# %% wrong: stride-in-the-1-x-1, expect: which should see the map at full size
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, stride=stride, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.conv1_b = nn.Conv2d(in_channels, w, 1, stride=stride, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)


# %% wrong: stride-only-in-scconv, expect: k1's convolution has no stride
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(nn.Conv2d(w, w, 3, 1, 1, bias=False), nn.BatchNorm2d(w))
        self.conv1_b = nn.Conv2d(in_channels, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        a = F.relu(self.bn1_a(self.conv1_a(x)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(x)))
        b = F.relu(self.scconv(b))
        out = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        if self.downsample is not None:
            identity = self.downsample(x)
        return F.relu(out + identity)


# %% wrong: x-is-split, expect: You cut x's channels in two
class SCBottleneck(nn.Module):
    expansion = 4

    def __init__(
        self, in_channels: int, planes: int, stride: int = 1,
        downsample: nn.Module | None = None,
    ) -> None:
        super().__init__()
        w = planes // 2
        self.conv1_a = nn.Conv2d(in_channels // 2, w, 1, bias=False)
        self.bn1_a = nn.BatchNorm2d(w)
        self.conv1_b = nn.Conv2d(in_channels // 2, w, 1, bias=False)
        self.bn1_b = nn.BatchNorm2d(w)
        self.k1 = nn.Sequential(
            nn.Conv2d(w, w, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(w),
        )
        self.scconv = SCConv(w, stride)
        self.conv3 = nn.Conv2d(2 * w, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        xa, xb = x.chunk(2, dim=1)
        a = F.relu(self.bn1_a(self.conv1_a(xa)))
        a = F.relu(self.k1(a))
        b = F.relu(self.bn1_b(self.conv1_b(xb)))
        b = F.relu(self.scconv(b))
        y = self.bn3(self.conv3(torch.cat([a, b], dim=1)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(y + shortcut)
