import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: Upsample-module
# special: nn.Upsample, made anew in forward, instead of F.interpolate; "same" padding where there is no stride
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding="same", bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding="same", bias=False), nn.BatchNorm2d(channels)
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = nn.Upsample(size=tuple(x.shape[-2:]), mode="nearest")
        return self.k4(self.k3(x) * nn.Sigmoid()(x + up(self.k2(x))))


# %% right: a-subclass-of-Sequential
# special: a helper class that inherits from nn.Sequential; the sigmoid through tanh


class ConvNorm(nn.Sequential):
    def __init__(self, c, stride=1, pool=None):
        layers = [] if pool is None else [nn.AvgPool2d(pool)]
        super().__init__(*layers, nn.Conv2d(c, c, 3, stride, 1, bias=False), nn.BatchNorm2d(c))


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = ConvNorm(channels, pool=pooling)
        self.k3 = ConvNorm(channels)
        self.k4 = ConvNorm(channels, stride)

    def forward(self, x):
        total = x + F.interpolate(self.k2(x), x.shape[2:])
        gate = 0.5 * (1 + torch.tanh(total / 2))
        return self.k4(self.k3(x) * gate)


# %% right: as-in-the-hints
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)


# %% right: functional-calls
# special: functional calls with the layers' weights; batch statistics and the running averages by hand


def norm(bn, x):
    if bn.training:
        mean = x.mean((0, 2, 3))
        var = x.var((0, 2, 3), unbiased=False)
        n = x.numel() / x.shape[1]
        with torch.no_grad():
            bn.num_batches_tracked += 1
            bn.running_mean.mul_(1 - bn.momentum).add_(bn.momentum * mean)
            bn.running_var.mul_(1 - bn.momentum).add_(bn.momentum * var * n / (n - 1))
    else:
        mean, var = bn.running_mean, bn.running_var
    mean, var, weight, bias = (t.view(1, -1, 1, 1) for t in (mean, var, bn.weight, bn.bias))
    return (x - mean) / torch.sqrt(var + bn.eps) * weight + bias


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.stride, self.pooling = stride, pooling
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
                                nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
                                nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
                                nn.BatchNorm2d(channels))

    def forward(self, x):
        t = F.avg_pool2d(x, self.pooling)
        t = norm(self.k2[2], F.conv2d(t, self.k2[1].weight, padding=1))
        gate = torch.sigmoid(x + F.interpolate(t, x.shape[2:]))
        y = norm(self.k3[1], F.conv2d(x, self.k3[0].weight, padding=1))
        return norm(self.k4[1], F.conv2d(y * gate, self.k4[0].weight, stride=self.stride, padding=1))


# %% right: functional-pooling
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.pooling = pooling
        self.k2 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(F.avg_pool2d(x, self.pooling)), x.shape[2:])
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)


# %% right: gate-through-tanh
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        gate = 0.5 * (1 + torch.tanh((x + context) / 2))
        return self.k4(self.k3(x) * gate)


# %% right: helper-method
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        return self.calibrated(x, x + context)

    def calibrated(self, x, logits):
        return self.k4(self.k3(x) * logits.sigmoid())


# %% right: image-by-image-in-up
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = torch.cat([F.interpolate(m[None], x.shape[2:]) for m in self.k2(x)])
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)


# %% right: k4-first
# special: layers are made and registered in another order (k4, k3, k2), in a loop with add_module


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        for name, step in (("k4", stride), ("k3", 1), ("k2", 1)):
            parts = [nn.Conv2d(channels, channels, (3, 3), (step, step), (1, 1), bias=False),
                     nn.BatchNorm2d(channels)]
            if name == "k2":
                parts.insert(0, nn.AvgPool2d(pooling))
            self.add_module(name, nn.Sequential(*parts))

    def forward(self, x):
        y = self.k3(x)
        g = F.interpolate(self.k2(x), (x.size(-2), x.size(-1)))
        return self.k4(y * F.sigmoid(g + x))


# %% right: loop-over-images
# special: enlarges and gates image by image in a loop, and stacks them again


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        c = channels
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(c, c, 3, padding=1, bias=False), nn.BatchNorm2d(c))
        self.k3 = nn.Sequential(nn.Conv2d(c, c, 3, padding=1, bias=False), nn.BatchNorm2d(c))
        self.k4 = nn.Sequential(nn.Conv2d(c, c, 3, stride, 1, bias=False), nn.BatchNorm2d(c))

    def forward(self, x):
        gated = []
        for image, means, y in zip(x, self.k2(x), self.k3(x)):
            up = F.interpolate(means.unsqueeze(0), image.shape[1:]).squeeze(0)
            gated.append(y * torch.sigmoid(image + up))
        return self.k4(torch.stack(gated))


# %% right: mode-nearest
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), size=(x.size(2), x.size(3)), mode="nearest")
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)


# %% right: names-inside-the-Sequentials
# special: named otherwise inside: Sequentials of an OrderedDict (k2.pool, k2.conv, k2.norm)


from collections import OrderedDict


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def block(step, *before):
            return nn.Sequential(OrderedDict([
                *before,
                ("conv", nn.Conv2d(channels, channels, 3, step, 1, bias=False)),
                ("norm", nn.BatchNorm2d(channels)),
            ]))

        self.k2 = block(1, ("pool", nn.AvgPool2d(pooling)))
        self.k3 = block(1)
        self.k4 = block(stride)

    def forward(self, x):
        around = F.interpolate(self.k2(x), x.shape[2:])
        return self.k4(self.k3(x) * torch.sigmoid(x + around))


# %% right: nearest-by-indexing
# special: Up without F.interpolate: the nearest cell is looked up with an index per row and column
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, s, 1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x):
        means = self.k2(x)
        (H, W), (h, w) = x.shape[2:], means.shape[2:]
        # as torch does it: scale in float32, rounded down, never past the last cell
        rows = (torch.arange(H, dtype=torch.float32, device=x.device)
                * torch.tensor(h / H, dtype=torch.float32)).floor().long().clamp(max=h - 1)
        cols = (torch.arange(W, dtype=torch.float32, device=x.device)
                * torch.tensor(w / W, dtype=torch.float32)).floor().long().clamp(max=w - 1)
        up = means[:, :, rows[:, None], cols[None, :]]
        return self.k4(torch.sigmoid(x + up) * self.k3(x))


# %% right: padding-same
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding="same", bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding="same", bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)


# %% right: sigmoid-from-exp
# special: the sigmoid is a softmax of (0, sum), with exp and the maximum subtracted


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        kw = dict(kernel_size=3, padding=1, bias=False)
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, **kw), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(nn.Conv2d(channels, channels, **kw), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(nn.Conv2d(channels, channels, stride=stride, **kw), nn.BatchNorm2d(channels))

    def forward(self, x):
        s = x + F.interpolate(self.k2(x), size=x.shape[2:])
        top = s.detach().clamp(min=0)
        closed, opened = torch.exp(-top), torch.exp(s - top)
        gate = opened / (opened + closed)
        return self.k4(self.k3(x) * gate)


# %% right: size-and-mode-written-out
# special: the interpolation's mode and size are written out, torch.mul and torch.add, old-style super


class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, stride=1, padding=1, bias=False),
                    nn.BatchNorm2d(channels),
                    )
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=1, padding=1, bias=False),
                    nn.BatchNorm2d(channels),
                    )
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels),
                    )

    def forward(self, x):
        b, c, h, w = x.size()
        low = F.interpolate(self.k2(x), size=(h, w), mode="nearest")
        out = torch.mul(self.k3(x), torch.add(x, low).sigmoid())
        return self.k4(out)


# %% right: unfold-and-einsum
# special: the convolutions of k3 and k4 as unfold and einsum with the layers' own weights


def patches_conv(x, conv):
    b, c, h, w = x.shape
    s = conv.stride[0]
    cols = F.unfold(x, 3, padding=1, stride=s).reshape(b, c * 9, -1)
    y = torch.einsum("oi,bin->bon", conv.weight.flatten(1), cols)
    return y.reshape(b, -1, (h - 1) // s + 1, (w - 1) // s + 1)


class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels))

    def forward(self, x):
        gate = (x + F.interpolate(self.k2(x), x.shape[2:])).sigmoid()
        y = self.k3[1](patches_conv(x, self.k3[0])) * gate
        return self.k4[1](patches_conv(y, self.k4[0]))


# %% right: upsample-module
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = nn.Upsample(size=x.shape[2:])(self.k2(x))
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)


# %% wrong: InstanceNorm, edits, expect: Missing: `k2.2.running_mean`
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.InstanceNorm2d(channels, affine=True))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.InstanceNorm2d(channels, affine=True))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.InstanceNorm2d(channels, affine=True))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: ReLU-at-the-end, expect: Your module ends with a ReLU
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return F.relu(self.k4(y))


# %% wrong: ReLU-in-k3, expect: , which should hold only a convolution and a BatchNorm
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low))
        out = F.relu(self.k3(x))
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: adaptive-pooling, edits, expect: You average down to `pooling` x `pooling` cells
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AdaptiveAvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: adds-into-x, edits, expect: your code changes it in place
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x.add_(up))


# %% wrong: arguments-in-another-order, expect: Your second argument is `pooling`
class SCConv(nn.Module):
    def __init__(self, channels: int, pooling: int = 4, stride: int = 1) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: bias-in-k4-only, expect: One of the convolutions has a bias
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: bias, edits, expect: bias
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + context = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + context)


# %% wrong: biases-everywhere, edits, expect: Each convolution has a bias
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: bilinear-too, expect: You enlarge by bilinear interpolation
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size, mode="bilinear")
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: bilinear-with-align_corners, edits, expect: torch then copies the nearest cell and mixes no neighbours
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), size=x.shape[2:], mode='bilinear', align_corners=True)
# + gate = torch.sigmoid(x + up)


# %% wrong: bilinear, edits, expect: bilinear
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + context = F.interpolate(self.k2(x), x.shape[2:], mode='bilinear', align_corners=False)
# + gate = torch.sigmoid(x + context)


# %% wrong: casts-to-float32, expect: makes a tensor float32
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low).float())
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: ceil_mode, edits, expect: Your pooling keeps a last cell that is not full
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling, ceil_mode=True), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: depthwise, expect: In SCConv every output channel reads all channels
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, groups=channels, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: dilation, edits, expect: One of the convolutions has a dilation
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=2, dilation=2, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: enlarged-by-a-factor, expect: You enlarge by the factor `pooling`
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.pooling = pooling
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = F.interpolate(self.k2(x), scale_factor=self.pooling)
        gate = torch.sigmoid(x + up)
        return self.k4(self.k3(x) * gate)


# %% wrong: eps-of-Keras, expect: in the output of `k2.2`
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels, eps=1e-3))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels, eps=1e-3))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels, eps=1e-3))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: exp-overflows, expect: Your sigmoid gives NaN for large scores
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = F.interpolate(self.k2(x), x.shape[2:])
        e = torch.exp(x + up)
        gate = e / (1 + e)
        return self.k4(self.k3(x) * gate)


# %% wrong: forgot-k4, expect: k4
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + context)
        return self.k3(x) * gate


# %% wrong: gate-after-k4, expect: You multiply by the gate after k
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        return self.k4(y) * (x + around).sigmoid()


# %% wrong: gate-at-the-small-size, expect: You add the small map of means to k2's output, take the sigmoid, and enlarge last
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        small = self.k2[0](x)
        gate = torch.sigmoid(small + self.k2(x))
        gate = F.interpolate(gate, x.shape[2:])
        return self.k4(self.k3(x) * gate)


# %% wrong: gate-detached, expect: The numbers are right
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid().detach()
        return self.k4(y)


# %% wrong: gate-from-k3, expect: It should add x itself
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (y + around).sigmoid()
        return self.k4(y)


# %% wrong: gate-is-added, expect: You add the gate to k
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + up)
        return self.k4(self.k3(x) + gate)


# %% wrong: gate-on-x, expect: multiply x
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + context)
        return self.k4(x * gate)


# %% wrong: gate-times-x, expect: You multiply x by the gate
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + up)
        return self.k4(x * gate)


# %% wrong: gate-without-x-too, edits, expect: x is missing from your gate
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(up)


# %% wrong: gate-without-x, edits, expect: x is missing
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + context = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(context)


# %% wrong: k2-after-k3, edits, expect: Both k2 and k3 should read x
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(self.k3(x)), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: k2-without-BatchNorm, expect: Missing: `k2.2.weight`
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv())
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: k3-after-the-gate, expect: Call k3 on x, then multiply its output by the gate
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + up)
        return self.k4(self.k3(x * gate))


# %% wrong: k3-without-padding, expect: 's convolution has no padding
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: keras-upsampling, expect: by the factor 4
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.up = nn.Upsample(scale_factor=4)
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = self.up(self.k2(x))
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)


# %% wrong: list-instead-of-Sequential, expect: is a plain Python container
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = [conv(), nn.BatchNorm2d(channels)]
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = x
        for layer in self.k3:
            y = layer(y)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: max-pool, edits, expect: maximum
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.MaxPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + context = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + context)


# %% wrong: maximum, edits, expect: It should take the mean, with nn.AvgPool2d
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.MaxPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: nearest-exact, expect: You enlarge with mode="nearest-exact"
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W), mode="nearest-exact")
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: no-padding-in-k3, edits, expect: k3's convolution has no padding
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + context = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + context)


# %% wrong: no-return, expect: Is a `return` missing?
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)


# %% wrong: no-running-statistics, edits, expect: Missing: `k2.2.running_mean`
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels, track_running_stats=False))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels, track_running_stats=False))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels, track_running_stats=False))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: no-super, expect: cannot assign module before Module.__init__() call
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + up)
        return self.k4(self.k3(x) * gate)


# %% wrong: no-up, edits, expect: added to x as it is
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + context = self.k2(x)
# + gate = torch.sigmoid(x + context)


# %% wrong: one-BatchNorm-for-all, expect: Each of them should have its own
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        bn = nn.BatchNorm2d(channels)
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), bn)
        self.k3 = nn.Sequential(conv(), bn)
        self.k4 = nn.Sequential(conv(stride), bn)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: one-convolution-for-k2-and-k3, expect: so they share their weights
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        same = conv()
        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), same, nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(same, nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: one-gate-for-the-batch, edits, expect: You average k2's output over the batch, so an image's result depends on the other images
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x).mean(0, keepdim=True), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: pooling-4, edits, expect: pooling
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(4), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + context = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + context)


# %% wrong: pooling-always-4, expect: The argument `pooling` has no effect
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(4), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: pooling-last, expect: You average after k
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(conv(), nn.BatchNorm2d(channels), nn.AvgPool2d(pooling))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: pooling-with-stride-1, expect: so nothing becomes smaller
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=1),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: relu-after-k4, expect: ReLU
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + context)
        return F.relu(self.k4(self.k3(x) * gate))


# %% wrong: repeat-and-pad-the-border, expect: You repeat each cell `pooling` times and fill the rest, at the border, with the last cell
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        p = self.k2[0].kernel_size
        up = self.k2(x).repeat_interleave(p, 2).repeat_interleave(p, 3)
        # the rest at the right and at the bottom
        up = F.pad(up, (0, x.shape[3] - up.shape[3], 0, x.shape[2] - up.shape[2]), mode="replicate")
        gate = torch.sigmoid(x + up)
        return self.k4(self.k3(x) * gate)


# %% wrong: residual-too, expect: You add x to the result
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        up = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + up)
        return self.k4(self.k3(x) * gate) + x


# %% wrong: residual, expect: shortcut
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), x.shape[2:])
        gate = torch.sigmoid(x + context)
        return x + self.k4(self.k3(x) * gate)


# %% wrong: scale-factor, expect: factor
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super().__init__()
        self.pooling = pooling
        self.k2 = nn.Sequential(
            nn.AvgPool2d(pooling),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k3 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.k4 = nn.Sequential(
            nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        context = F.interpolate(self.k2(x), scale_factor=self.pooling)
        gate = torch.sigmoid(x + context)
        return self.k4(self.k3(x) * gate)


# %% wrong: sigmoid-before-the-sum, edits, expect: You add x after the sigmoid
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = x + torch.sigmoid(up)


# %% wrong: size-is-one-number, expect: Your enlarged map is a square: you use x's width as its height too
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-1]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: softmax-over-channels, edits, expect: Your gate is a softmax over the channels
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.softmax(x + up, dim=1)


# %% wrong: square-size, expect: Your enlarged map does not have x's height and width: you pass the two sides in the wrong order, or one side twice
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, H))
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: squeeze, edits, expect: one channel
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:]).squeeze()
# + gate = torch.sigmoid(x + up)


# %% wrong: stride-given-as-the-padding, edits, expect: then the padding
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, stride, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + up)


# %% wrong: stride-ignored, expect: The argument `stride` has no effect
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=1, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.add(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: stride-in-every-conv, edits, expect: stride
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + context = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.sigmoid(x + context)


# %% wrong: stride-in-k2-too, expect: The shapes still fit, because you enlarge k2's map to x's size anyway
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(stride), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: stride-in-k3-too, expect: which comes last
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid()
        return self.k4(y)


# %% wrong: tanh, edits, expect: You gate with a tanh, which can be negative
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), x.shape[2:])
# + gate = torch.tanh(x + up)


# %% wrong: two-sigmoids, expect: You take the sigmoid twice
class SCConv(nn.Module):
    def __init__(self, channels: int, stride: int = 1, pooling: int = 4) -> None:
        super().__init__()

        def conv(s=1):
            return nn.Conv2d(channels, channels, 3, stride=s, padding=1, bias=False)

        self.k2 = nn.Sequential(nn.AvgPool2d(pooling), conv(), nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(conv(), nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(conv(stride), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.shape[-2:]
        around = F.interpolate(self.k2(x), size)
        y = self.k3(x)
        y = y * (x + around).sigmoid().sigmoid()
        return self.k4(y)


# %% wrong: view-of-x, expect: a transposed tensor
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(identity.view(B, C, -1) + low.view(B, C, -1)).view(B, C, H, W)
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out


# %% wrong: width-and-height-swapped, edits, expect: Your enlarged map does not have x's height and width: you pass the two sides in the wrong order, or one side twice
# - self.k2 = nn.Sequential(nn.AvgPool2d(pooling), *conv_bn(channels))
# - self.k3 = nn.Sequential(*conv_bn(channels))
# - self.k4 = nn.Sequential(*conv_bn(channels, stride))
# + self.k2 = nn.Sequential(nn.AvgPool2d(pooling), nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k3 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=1, padding=1, bias=False), nn.BatchNorm2d(channels))
# + self.k4 = nn.Sequential(nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(channels))
#
# - around = F.interpolate(self.k2(x), size=x.shape[2:], mode='nearest')
# - gate = torch.sigmoid(x + around)
# + up = F.interpolate(self.k2(x), size=(x.shape[3], x.shape[2]))
# + gate = torch.sigmoid(x + up)


# %% wrong: x-times-up-in-the-gate, expect: The gate should be the sigmoid of their sum
class SCConv(nn.Module):
    def __init__(self, channels, stride=1, pooling=4):
        super(SCConv, self).__init__()
        self.k2 = nn.Sequential(
                    nn.AvgPool2d(kernel_size=pooling, stride=pooling),
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k3 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, padding=1, bias=False),
                    nn.BatchNorm2d(channels))
        self.k4 = nn.Sequential(
                    nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, bias=False),
                    nn.BatchNorm2d(channels))

    def forward(self, x):
        B, C, H, W = x.shape
        identity = x
        low = self.k2(x)
        low = F.interpolate(low, size=(H, W))
        gate = torch.sigmoid(torch.mul(identity, low))
        out = self.k3(x)
        out = torch.mul(out, gate)
        out = self.k4(out)
        return out
