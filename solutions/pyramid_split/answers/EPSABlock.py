import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: einsum
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
        out = torch.relu(self.bn1(torch.einsum("bchw,dc->bdhw", x, self.conv1.weight)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(torch.einsum("bchw,dc->bdhw", out, self.conv3.weight))
        return torch.relu(out + (x if self.downsample is None else self.downsample(x)))


# %% right: identity
# an Identity where there is no downsample


class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = downsample or nn.Identity()

    def forward(self, x):
        shortcut = self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.psa(x)))
        x = self.bn3(self.conv3(x))
        return F.relu(x + shortcut)


# %% right: resnet-style
# ResNet's code with psa in place of conv2


class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super(EPSABlock, self).__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, (3, 5, 7, 9), (1, 4, 8, 16), stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * EPSABlock.expansion, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * EPSABlock.expansion)
        self.relu = nn.ReLU()
        self.downsample = downsample
        self.stride = stride

    def forward(self, x):
        residual = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample:
            residual = self.downsample(x)
        out = out + residual
        return self.relu(out)


# %% right: tokens
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


# %% wrong: bn1-of-64, expect: running_mean should contain 128 elements not 64
# one number left from trying out


class EPSABlock(nn.Module):

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        wide = self.expansion * planes
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)


# %% wrong: bn3-forgotten, expect: You never call bn3
# bn3 made and not called


class EPSABlock(nn.Module):

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        wide = self.expansion * planes
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.conv3(out)
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)


# %% wrong: downsample-always, edits, expect: your block still calls it
# calls downsample where it is None
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(4 * planes)
#
# - shortcut = x if self.downsample is None else self.downsample(x)
# + shortcut = self.downsample(x)


# %% wrong: downsample-by-shape, expect: If x has the right shape already, your block adds x itself, although a `downsample` is given
# asks the shapes, not downsample


class EPSABlock(nn.Module):

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        wide = self.expansion * planes
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if x.shape != out.shape:
            x = self.downsample(x)
        return torch.relu(out + x)


# %% wrong: downsample-first, edits, expect: Your conv1 reads `downsample`'s output
# x replaced by downsample(x) at the top
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(planes * 4)
#
# - def forward(self, x):
# + def forward(self, x):
# +     if self.downsample is not None:
# +         x = self.downsample(x)
#
# - y = self.bn3(self.conv3(y))
# - shortcut = x if self.downsample is None else self.downsample(x)
# - return torch.relu(y + shortcut)
# + return torch.relu(self.bn3(self.conv3(y)) + x)


# %% wrong: downsample-for-channels-only, edits, expect: If x has as many channels as the output
# downsample is called only where the channels differ
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.fits = in_channels == 4 * planes
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(4 * planes)
#
# - shortcut = x if self.downsample is None else self.downsample(x)
# + shortcut = x if self.fits or self.downsample is None else self.downsample(x)


# %% wrong: downsample-frozen, expect: runs in eval mode
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


# %% wrong: downsample-with-stride-only, edits, expect: With stride 1 your block adds x itself
# downsample is called only where stride is not 1
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.stride = stride
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(4 * planes)
#
# - shortcut = x if self.downsample is None else self.downsample(x)
# + shortcut = self.downsample(x) if self.stride != 1 else x


# %% wrong: last-relu-forgotten, expect: ReLU after the addition is missing
# no ReLU at the end


class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.downsample = downsample

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        return out + (x if self.downsample is None else self.downsample(x))


# %% wrong: no-shortcut, edits, expect: shortcut is missing
# downsample kept and not used
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(planes * 4)
#
# - y = self.bn3(self.conv3(y))
# - shortcut = x if self.downsample is None else self.downsample(x)
# - return torch.relu(y + shortcut)
# + return torch.relu(self.bn3(self.conv3(y)))


# %% wrong: one-bn, expect: You call bn1 twice, and bn2 is never called
# bn1 for both


class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn1(self.psa(y)))
        y = self.bn3(self.conv3(y))
        shortcut = x
        if self.downsample:
            shortcut = self.downsample(x)
        y += shortcut
        return self.relu(y)


# %% wrong: one-norm-twice-named, expect: bn1 and bn2 are two names for the same module
# one module under two names


class EPSABlock(nn.Module):

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        wide = self.expansion * planes
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = self.bn1
        self.conv3 = nn.Conv2d(planes, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)


# %% wrong: own-downsample, expect: makes one of its own
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
        if downsample is None and (stride != 1 or in_channels != 4 * planes):
            downsample = nn.Sequential(nn.Conv2d(in_channels, 4 * planes, 1, stride, bias=False), nn.BatchNorm2d(4 * planes))
        self.downsample = downsample

    def forward(self, x):
        out = torch.relu(self.bn1(torch.einsum("bchw,dc->bdhw", x, self.conv1.weight)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(torch.einsum("bchw,dc->bdhw", out, self.conv3.weight))
        return torch.relu(out + (x if self.downsample is None else self.downsample(x)))


# %% wrong: psa-in-channels, edits, expect: You make psa for in_channels
# psa made for in_channels
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
#
# - self.psa = PyramidSplitAttention(planes, planes, stride=stride)
# + self.psa = PyramidSplitAttention(in_channels, planes, stride=stride)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(4 * planes)


# %% wrong: psa-reduction, expect: `psa.se.fc1.bias` has shape (16,), expected (1,)
# another reduction for psa


class EPSABlock(nn.Module):

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        wide = self.expansion * planes
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride, reduction=1)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)


# %% wrong: relu-on-shortcut, expect: You put a ReLU on the shortcut
# relu on both summands' way


class EPSABlock(nn.Module):

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        wide = self.expansion * planes
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + torch.relu(x))


# %% wrong: relu-then-add, expect: comes before the addition
# relu(bn3) + shortcut


class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.downsample = downsample

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.psa(y)))
        y = torch.relu(self.bn3(self.conv3(y)))
        if self.downsample is not None:
            return y + self.downsample(x)
        return y + x


# %% wrong: shortcut-in-place, expect: in place
# x += out


class EPSABlock(nn.Module):
    expansion = 4

    def __init__(self, in_channels, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.psa = PyramidSplitAttention(planes, planes, stride=stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.downsample = downsample

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        x += out
        return torch.relu(x)


# %% wrong: sixty-four, expect: Your block has 64 planes
# 64 and 256 as numbers


class EPSABlock(nn.Module):

    expansion = 4

    def __init__(self, in_channels: int, planes: int, stride: int = 1, downsample=None) -> None:
        super().__init__()
        wide = 256
        self.conv1 = nn.Conv2d(in_channels, 64, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.psa = PyramidSplitAttention(64, 64, stride=stride)
        self.bn2 = nn.BatchNorm2d(64)
        self.conv3 = nn.Conv2d(64, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = downsample

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.psa(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(out + x)


# %% wrong: stride-forgotten, edits, expect: `stride` does not reach psa
# the stride is never passed
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
#
# - self.psa = PyramidSplitAttention(planes, planes, stride=stride)
# + self.psa = PyramidSplitAttention(planes, planes)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(planes * 4)
#
# - shortcut = x if self.downsample is None else self.downsample(x)
# + shortcut = self.downsample(x) if self.downsample is not None else x


# %% wrong: stride-third-place, edits, expect: third argument of PyramidSplitAttention is kernel_sizes
# the stride lands on kernel_sizes
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, bias=False)
#
# - self.psa = PyramidSplitAttention(planes, planes, stride=stride)
# + self.psa = PyramidSplitAttention(planes, planes, stride)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(planes * 4)
#
# - shortcut = x if self.downsample is None else self.downsample(x)
# + shortcut = self.downsample(x) if self.downsample is not None else x


# %% wrong: stride-twice, edits, expect: in conv1 and in psa
# the stride in conv1 and in psa
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.conv1 = nn.Conv2d(in_channels, planes, 1, stride=stride, bias=False)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
# + self.bn3 = nn.BatchNorm2d(4 * planes)


# %% wrong: with-bias, edits, expect: have a bias
# bias left at torch's default
# - self.conv1 = nn.Conv2d(in_channels, planes, kernel_size=1, bias=False)
# + self.conv1 = nn.Conv2d(in_channels, planes, 1)
#
# - self.conv3 = nn.Conv2d(planes, self.expansion * planes, kernel_size=1, bias=False)
# - self.bn3 = nn.BatchNorm2d(self.expansion * planes)
# + self.conv3 = nn.Conv2d(planes, planes * 4, 1)
# + self.bn3 = nn.BatchNorm2d(planes * 4)
