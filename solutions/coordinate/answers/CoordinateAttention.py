import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: as-in-the-hints
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% right: authors-hswish-classes
# h_sigmoid and h_swish as classes with ReLU6, as in old code


class h_sigmoid(nn.Module):
    def __init__(self, inplace=True):
        super().__init__()
        self.relu = nn.ReLU6(inplace=inplace)

    def forward(self, x):
        return self.relu(x + 3) / 6


class h_swish(nn.Module):
    def __init__(self, inplace=True):
        super().__init__()
        self.sigmoid = h_sigmoid(inplace=inplace)

    def forward(self, x):
        return x * self.sigmoid(x)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super(CoordinateAttention, self).__init__()
        self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))
        mip = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=1, stride=1, padding=0)
        self.bn1 = nn.BatchNorm2d(mip)
        self.act = h_swish()
        self.conv_h = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)
        self.conv_w = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)

    def forward(self, x):
        identity = x
        n, c, h, w = x.size()
        x_h = self.pool_h(x)
        x_w = self.pool_w(x).permute(0, 1, 3, 2)
        y = torch.cat([x_h, x_w], dim=2)
        y = self.conv1(y)
        y = self.bn1(y)
        y = self.act(y)
        x_h, x_w = torch.split(y, [h, w], dim=2)
        x_w = x_w.permute(0, 1, 3, 2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w).sigmoid()
        out = identity * a_h * a_w
        return out


# %% right: authors-style
# the authors' code: pools as modules, permute, identity


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super(CoordinateAttention, self).__init__()
        self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))
        mip = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=1, stride=1, padding=0)
        self.bn1 = nn.BatchNorm2d(mip)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)
        self.conv_w = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)

    def forward(self, x):
        identity = x
        n, c, h, w = x.size()
        x_h = self.pool_h(x)
        x_w = self.pool_w(x).permute(0, 1, 3, 2)
        y = torch.cat([x_h, x_w], dim=2)
        y = self.conv1(y)
        y = self.bn1(y)
        y = self.act(y)
        x_h, x_w = torch.split(y, [h, w], dim=2)
        x_w = x_w.permute(0, 1, 3, 2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w).sigmoid()
        out = identity * a_h * a_w
        return out


# %% right: bn-by-hand
# BatchNorm computed by hand with bn1's weights and statistics


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        f = self.norm(self.conv1(torch.cat([z_h, z_w.transpose(2, 3)], dim=2)))
        f = F.hardswish(f)
        a_h = self.conv_h(f[:, :, :H]).sigmoid()
        a_w = self.conv_w(f[:, :, H:]).sigmoid().transpose(2, 3)
        return x * a_h * a_w

    def norm(self, f):
        bn = self.bn1
        if bn.training:
            var, mean = torch.var_mean(f, dim=(0, 2, 3), correction=0)
            n = f.numel() // f.shape[1]
            with torch.no_grad():
                bn.running_mean.lerp_(mean, bn.momentum)
                bn.running_var.lerp_(var * n / (n - 1), bn.momentum)
                bn.num_batches_tracked += 1
        else:
            mean, var = bn.running_mean, bn.running_var
        f = (f - mean[:, None, None]) / torch.sqrt(var + bn.eps)[:, None, None]
        return f * bn.weight[:, None, None] + bn.bias[:, None, None]


# %% right: conv1-twice-bn-once
# conv1 on the rows and on the columns, joined before bn1


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([self.conv1(z_h), self.conv1(z_w).transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(line))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% right: conv1d
# other layers: Conv1d and BatchNorm1d under the page's names


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv1d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm1d(m)
        self.conv_h = nn.Conv1d(m, out_channels, 1)
        self.conv_w = nn.Conv1d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        line = torch.cat([x.mean(3), x.mean(2)], dim=2)
        rows, columns = F.hardswish(self.bn1(self.conv1(line))).split([H, W], dim=2)
        a_h = self.conv_h(rows).sigmoid().unsqueeze(3)
        a_w = self.conv_w(columns).sigmoid().unsqueeze(2)
        return x * a_h * a_w


# %% right: einsum-weights
# einsum with the convolutions' weights, gates joined by einsum


def one_by_one(conv, line):
    return torch.einsum("oc,bcl->bol", conv.weight[:, :, 0, 0], line) + conv.bias[:, None]


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H = x.shape[2]
        line = torch.cat([x.mean(3), x.mean(2)], dim=2)
        f = F.hardswish(self.bn1(one_by_one(self.conv1, line).unsqueeze(3)).squeeze(3))
        a_h = one_by_one(self.conv_h, f[..., :H]).sigmoid()
        a_w = one_by_one(self.conv_w, f[..., H:]).sigmoid()
        return torch.einsum("bchw,bch,bcw->bchw", x, a_h, a_w)


# %% right: expanded-gates
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_w.expand_as(x) * a_h.expand_as(x)


# %% right: functional-conv
# F.conv2d with the layers' weights


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(F.conv2d(line, self.conv1.weight, self.conv1.bias)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(F.conv2d(f_h, self.conv_h.weight, self.conv_h.bias))
        a_w = torch.sigmoid(F.conv2d(f_w.transpose(2, 3), self.conv_w.weight, self.conv_w.bias))
        return x * a_h * a_w


# %% right: gates-as-one-map
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return torch.einsum("bchw,bchi,bcjw->bchw", x, a_h, a_w)


# %% right: gates-on-the-whole-line
# both convolutions on the whole line, cut afterwards


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H = x.size(2)
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], 2)
        line = F.hardswish(self.bn1(self.conv1(line)))
        a_h = torch.sigmoid(self.conv_h(line))[:, :, :H]
        a_w = torch.sigmoid(self.conv_w(line))[:, :, H:].transpose(2, 3)
        return a_w * (a_h * x)


# %% right: hard-swish-by-hand
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = self.bn1(self.conv1(y))
        y = y * F.relu6(y + 3) / 6
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% right: hardsigmoid, edits
# torch's own float64 gradient of hardsigmoid is off by 3e-8
# - line = F.hardswish(self.bn1(self.conv1(line)))
# + line = self.bn1(self.conv1(line))
# + line = line * F.hardsigmoid(line)


# %% right: inplace-on-own-tensors
# in-place calls, but only on tensors of its own


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)), inplace=True)
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        out = x * a_h
        out *= a_w
        return out


# %% right: line-along-the-last-axis
# the line lies along the last axis, so the rows are turned and not the columns


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[-2:]
        rows, columns = directional_pool(x)
        line = torch.cat((rows.transpose(2, 3), columns), dim=3)
        line = F.hardswish(self.bn1(self.conv1(line)))
        rows, columns = line[..., :H].transpose(2, 3), line[..., H:]
        return x * self.conv_h(rows).sigmoid() * self.conv_w(columns).sigmoid()


# %% right: line-lies
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h.transpose(2, 3), x_w], dim=3)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = y.split((h, w), dim=3)
        a_h = torch.sigmoid(self.conv_h(x_h)).transpose(2, 3)
        a_w = torch.sigmoid(self.conv_w(x_w))
        return x * a_h * a_w


# %% right: line-of-three-axes
# means without keepdim, one axis added after the join, slices


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.size(2), x.size(3)
        rows = x.mean(3)                       # (B, C, H)
        cols = x.mean(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = F.hardswish(hidden)
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = self.conv_h(row_part).sigmoid()
        col_gate = self.conv_w(col_part).sigmoid()
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * row_gate * col_gate


# %% right: linear-channels-last
# F.linear on the line with the channels last


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        y = x.permute(0, 2, 3, 1)
        line = torch.cat([y.mean(2), y.mean(1)], dim=1)               # (B, H + W, C)
        f = F.linear(line, self.conv1.weight.flatten(1), self.conv1.bias)
        f = F.hardswish(self.bn1(f.permute(0, 2, 1)[..., None].contiguous()))[..., 0].permute(0, 2, 1)
        a_h = F.linear(f[:, :h], self.conv_h.weight.flatten(1), self.conv_h.bias).sigmoid()
        a_w = F.linear(f[:, h:], self.conv_w.weight.flatten(1), self.conv_w.bias).sigmoid()
        return (y * a_h[:, :, None] * a_w[:, None]).permute(0, 3, 1, 2)


# %% right: linear-layers
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Linear(in_channels, m)
        self.bn1 = nn.BatchNorm1d(m)
        self.conv_h = nn.Linear(m, out_channels)
        self.conv_w = nn.Linear(m, out_channels)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        line = torch.cat([x_h.flatten(2), x_w.flatten(2)], dim=2).transpose(1, 2)
        line = F.hardswish(self.bn1(self.conv1(line).transpose(1, 2))).transpose(1, 2)
        a_h = self.conv_h(line[:, :h]).sigmoid().transpose(1, 2).unsqueeze(3)
        a_w = self.conv_w(line[:, h:]).sigmoid().transpose(1, 2).unsqueeze(2)
        return x * a_h * a_w


# %% right: logsigmoid
# the product of the gates as exp of a sum of logsigmoids


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        log_h = F.logsigmoid(self.conv_h(f_h))
        log_w = F.logsigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * torch.exp(log_h + log_w)


# %% right: loop-over-images
# the gates are applied in a loop over the images


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        out = []
        for image, rows, columns in zip(x, a_h, a_w):
            out.append(image * (rows @ columns))        # outer product
        return torch.stack(out)


# %% right: module-dict
# other names: an nn.ModuleDict of the layers


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = in_channels // reduction
        if m < 8:
            m = 8
        self.layers = nn.ModuleDict({
            "down": nn.Conv2d(in_channels, m, 1),
            "norm": nn.BatchNorm2d(m),
            "rows": nn.Conv2d(m, out_channels, 1),
            "columns": nn.Conv2d(m, out_channels, 1),
        })

    def forward(self, x):
        h, w = x.shape[2:]
        rows, columns = directional_pool(x)
        y = torch.cat([rows, columns.reshape(*columns.shape[:2], w, 1)], 2)
        y = F.hardswish(self.layers["norm"](self.layers["down"](y)))
        gates = {"rows": y.narrow(2, 0, h), "columns": y.narrow(2, h, w).transpose(2, 3)}
        for name, part in gates.items():
            x = x * torch.sigmoid(self.layers[name](part))
        return x


# %% right: other-names-sequential
# other names: squeeze, row_gate, column_gate as nn.Sequential


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W)."""

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        hidden = max(in_channels // reduction, 8)
        self.squeeze = nn.Sequential(nn.Conv2d(in_channels, hidden, 1), nn.BatchNorm2d(hidden), nn.Hardswish())
        self.row_gate = nn.Sequential(nn.Conv2d(hidden, out_channels, 1), nn.Sigmoid())
        self.column_gate = nn.Sequential(nn.Conv2d(hidden, out_channels, 1), nn.Sigmoid())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, columns = directional_pool(x)
        line = self.squeeze(torch.cat([rows, columns.mT], dim=2))
        rows, columns = line.tensor_split([x.shape[2]], dim=2)
        return x * self.row_gate(rows) * self.column_gate(columns.mT)


# %% right: own-hardswish-and-tanh-sigmoid
# hard-swish with clamp, sigmoid by tanh (no overflow)


def hswish(z):
    return z * (z + 3).clamp(0, 6) / 6


def sig(z):
    return 0.5 * (1 + torch.tanh(z / 2))


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = hswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = sig(self.conv_h(f_h))
        a_w = sig(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% right: own-parameters
# own nn.Parameters in place of the convolutions (names W1, b1, Wh, bh, Ww, bw)


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.W1, self.b1 = self.weights(in_channels, m)
        self.bn1 = nn.BatchNorm2d(m)
        self.Wh, self.bh = self.weights(m, out_channels)
        self.Ww, self.bw = self.weights(m, out_channels)

    @staticmethod
    def weights(n_in, n_out):
        bound = n_in ** -0.5
        return (nn.Parameter(torch.empty(n_out, n_in, 1, 1).uniform_(-bound, bound)),
                nn.Parameter(torch.empty(n_out).uniform_(-bound, bound)))

    def forward(self, x):
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.permute(0, 1, 3, 2)], dim=2)
        f = F.hardswish(self.bn1(F.conv2d(line, self.W1, self.b1)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = F.conv2d(f_h, self.Wh, self.bh).sigmoid()
        a_w = F.conv2d(f_w, self.Ww, self.bw).sigmoid().permute(0, 1, 3, 2)
        return x * a_h * a_w


# %% right: own-pooling-and-modules
class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)
        self.act = nn.Hardswish()
        self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = self.pool_h(x), self.pool_w(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = self.act(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% right: sequential-in-forward
# an nn.Sequential of the three layers, put together in forward


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = nn.Sequential(self.conv1, self.bn1, nn.Hardswish())(line)
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% right: slices
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = y[:, :, :h], y[:, :, h:]
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% right: softmax-as-sigmoid
# explicit exp of the pair (z, 0), the maximum subtracted first


def two_way(z):
    top = z.clamp(min=0).detach()
    a, b = torch.exp(z - top), torch.exp(-top)
    return a / (a + b)


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = two_way(self.conv_h(f_h))
        a_w = two_way(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% right: stable-sigmoid-exp
# sigmoid with exp of the negative absolute value


def gate(z):
    e = torch.exp(-z.abs())          # never larger than 1
    return torch.where(z >= 0, 1 / (1 + e), e / (1 + e))


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.size(2), x.size(3)
        rows = x.mean(3)                       # (B, C, H)
        cols = x.mean(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = F.hardswish(hidden)
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = gate(self.conv_h(row_part))
        col_gate = gate(self.conv_w(col_part))
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * row_gate * col_gate


# %% right: textbook
# as the drawing says, with directional_pool


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% right: width-by-if
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = in_channels // reduction if in_channels // reduction > 8 else 8
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: added, expect: You add the two gates
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * (a_h + a_w)


# %% wrong: bias-before-norm, expect: no bias
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: bn-always-batch, expect: the first difference is in the output of `bn1`
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        self.bn1.train()
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: bn-always-eval, expect: the first difference is in the input of `conv_h`
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        bn = self.bn1
        f = F.batch_norm(self.conv1(line), bn.running_mean, bn.running_var, bn.weight, bn.bias)
        f = F.hardswish(f)
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: bn-before-conv1, expect: `bn1.weight` has shape (18,), expected (9,)
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.conv1(self.bn1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: bn-no-running-stats, expect: bn1 keeps no running mean and variance
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m, track_running_stats=False)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: bn-not-affine, expect: Missing: `bn1.weight`
class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super(CoordinateAttention, self).__init__()
        self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))
        mip = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=1, stride=1, padding=0)
        self.bn1 = nn.BatchNorm2d(mip, affine=False)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)
        self.conv_w = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)

    def forward(self, x):
        identity = x
        n, c, h, w = x.size()
        x_h = self.pool_h(x)
        x_w = self.pool_w(x).permute(0, 1, 3, 2)
        y = torch.cat([x_h, x_w], dim=2)
        y = self.conv1(y)
        y = self.bn1(y)
        y = self.act(y)
        x_h, x_w = torch.split(y, [h, w], dim=2)
        x_w = x_w.permute(0, 1, 3, 2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w).sigmoid()
        out = identity * a_h * a_w
        return out


# %% wrong: bn-twice, expect: You call bn1 on rows and columns separately
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        z_h, z_w = directional_pool(x)
        f_h = F.hardswish(self.bn1(self.conv1(z_h)))
        f_w = F.hardswish(self.bn1(self.conv1(z_w.transpose(2, 3))))
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: cat-channels, expect: Sizes of tensors must match
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=1)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: changes-input, expect: your code changes it in place
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        x *= a_h
        x *= a_w
        return x


# %% wrong: columns-first, expect: Join the H rows first, then the W columns
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_w.permute(0, 1, 3, 2), x_h], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: columns-not-turned-back, expect: Transpose it back
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w).sigmoid()
        return x * a_h * a_w


# %% wrong: conv1-kernel-3, expect: `conv1.weight` has shape
class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super(CoordinateAttention, self).__init__()
        self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))
        mip = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=3, stride=1, padding=1)
        self.bn1 = nn.BatchNorm2d(mip)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)
        self.conv_w = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)

    def forward(self, x):
        identity = x
        n, c, h, w = x.size()
        x_h = self.pool_h(x)
        x_w = self.pool_w(x).permute(0, 1, 3, 2)
        y = torch.cat([x_h, x_w], dim=2)
        y = self.conv1(y)
        y = self.bn1(y)
        y = self.act(y)
        x_h, x_w = torch.split(y, [h, w], dim=2)
        x_w = x_w.permute(0, 1, 3, 2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w).sigmoid()
        out = identity * a_h * a_w
        return out


# %% wrong: dropout, expect: training mode
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * F.dropout(a_h * a_w, 0.1, self.training)


# %% wrong: exp-overflow, expect: Your sigmoid gives NaN for large scores
def sigmoid(z):
    return z.exp() / (1 + z.exp())


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = sigmoid(self.conv_h(f_h))
        a_w = sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: gate-reshaped, expect: it has W numbers for each channel
# the gate of the columns gets the shape of x


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        H, W = x.shape[2:]
        rows, columns = directional_pool(x)
        line = torch.cat([rows, columns.transpose(2, 3)], dim=2)
        line = F.hardswish(self.bn1(self.conv1(line)))
        rows, columns = line.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(rows))
        a_w = torch.sigmoid(self.conv_w(columns)).reshape(x.shape)
        return x * a_h * a_w


# %% wrong: gates-mean-of-batch, expect: what you do with the result differs
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h.mean(0) * a_w.mean(0)


# %% wrong: gates-of-first-image, expect: only the first image is right
class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.size(2), x.size(3)
        rows = x.mean(3)                       # (B, C, H)
        cols = x.mean(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = F.hardswish(hidden)
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = self.conv_h(row_part).sigmoid()
        col_gate = self.conv_w(col_part).sigmoid()
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * row_gate[0] * col_gate[0]


# %% wrong: gates-returned, expect: Multiply x
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return a_h * a_w


# %% wrong: gates-rounded-to-float32, expect: makes a tensor float32
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return (x * a_h.float() * a_w.float()).to(x.dtype)


# %% wrong: group-norm, expect: bn1 keeps no running mean and variance
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.GroupNorm(1, m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: halves, expect: halves
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = y.chunk(2, dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: hard-sigmoid, expect: hard sigmoid
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = F.hardsigmoid(self.conv_h(x_h))
        a_w = F.hardsigmoid(self.conv_w(x_w.permute(0, 1, 3, 2)))
        return x * a_h * a_w


# %% wrong: hardswish-no-upper-limit, expect: the first difference is in the input of `conv_h`
class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.size(2), x.size(3)
        rows = x.mean(3)                       # (B, C, H)
        cols = x.mean(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = hidden * F.relu(hidden + 3) / 6
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = self.conv_h(row_part).sigmoid()
        col_gate = self.conv_w(col_part).sigmoid()
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * row_gate * col_gate


# %% wrong: hardswish-without-6, expect: is not divided by 6
class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.size(2), x.size(3)
        rows = x.mean(3)                       # (B, C, H)
        cols = x.mean(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = hidden * F.relu6(hidden + 3)
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = self.conv_h(row_part).sigmoid()
        col_gate = self.conv_w(col_part).sigmoid()
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * row_gate * col_gate


# %% wrong: instance-norm, expect: the first difference is in the output of `bn1`
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.InstanceNorm2d(m, affine=True, track_running_stats=True)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: joined-along-axis-3, expect: You join along axis 3
# transposed, and then joined along the axis of size 1


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        H, W = x.shape[2:]
        rows, columns = directional_pool(x)
        line = torch.cat([rows, columns.transpose(2, 3)], dim=3)
        line = F.hardswish(self.bn1(self.conv1(line)))
        rows, columns = line.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(rows))
        a_w = torch.sigmoid(self.conv_w(columns.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: joined-along-width, expect: Transpose them first
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: joined-and-split-along-axis-3, expect: You join along axis 3
# the same, and split along that axis too


def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        H, W = x.shape[2:]
        rows, columns = directional_pool(x)
        line = torch.cat([rows, columns.transpose(2, 3)], dim=3)
        line = F.hardswish(self.bn1(self.conv1(line)))
        rows, columns = line.split([H, W], dim=3)
        a_h = torch.sigmoid(self.conv_h(rows))
        a_w = torch.sigmoid(self.conv_w(columns.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: layers-in-forward, expect: Missing: `conv1.weight`
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        self.in_channels, self.out_channels = in_channels, out_channels
        self.m = max(8, in_channels // reduction)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        rows, cols = directional_pool(x)
        line = torch.cat([rows, cols.transpose(2, 3)], dim=2)
        conv1 = nn.Conv2d(self.in_channels, self.m, 1).to(x)
        bn1 = nn.BatchNorm2d(self.m).to(x)
        conv_h = nn.Conv2d(self.m, self.out_channels, 1).to(x)
        conv_w = nn.Conv2d(self.m, self.out_channels, 1).to(x)
        line = F.hardswish(bn1(conv1(line)))
        rows, cols = line.split([H, W], dim=2)
        return x * conv_h(rows).sigmoid() * conv_w(cols.transpose(2, 3)).sigmoid()


# %% wrong: line-float32, expect: without a dtype, so it is float32
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.zeros(x.shape[0], x.shape[1], H + W, 1)
        line[:, :, :H] = z_h
        line[:, :, H:] = z_w.transpose(2, 3)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: m-is-reduction, expect: You take `reduction` itself
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: max-pool, expect: The first difference is in the input of `conv1`
class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.size(2), x.size(3)
        rows = x.amax(3)                       # (B, C, H)
        cols = x.amax(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = F.hardswish(hidden)
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = self.conv_h(row_part).sigmoid()
        col_gate = self.conv_w(col_part).sigmoid()
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * row_gate * col_gate


# %% wrong: mean-of-two-products, expect: You take the mean of the two gates
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return (x * a_h + x * a_w) / 2


# %% wrong: min-for-max, expect: You take the smaller of 8 and in_channels // reduction
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = min(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: no-bias, expect: None of your convolutions has a bias
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1, bias=False)
        self.conv_w = nn.Conv2d(m, out_channels, 1, bias=False)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: no-minimum, expect: at least 8
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(1, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: no-return, expect: Is a `return` missing?
class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super(CoordinateAttention, self).__init__()
        self.pool_h = nn.AdaptiveAvgPool2d((None, 1))
        self.pool_w = nn.AdaptiveAvgPool2d((1, None))
        mip = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=1, stride=1, padding=0)
        self.bn1 = nn.BatchNorm2d(mip)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)
        self.conv_w = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)

    def forward(self, x):
        identity = x
        n, c, h, w = x.size()
        x_h = self.pool_h(x)
        x_w = self.pool_w(x).permute(0, 1, 3, 2)
        y = torch.cat([x_h, x_w], dim=2)
        y = self.conv1(y)
        y = self.bn1(y)
        y = self.act(y)
        x_h, x_w = torch.split(y, [h, w], dim=2)
        x_w = x_w.permute(0, 1, 3, 2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w).sigmoid()
        out = identity * a_h * a_w


# %% wrong: norm-not-called, expect: bn1 is made and never called
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.conv1(y))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: one-gate-layer, expect: conv_h makes both
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_h(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: pool-swapped, expect: Your code stops with an error
class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super(CoordinateAttention, self).__init__()
        self.pool_h = nn.AdaptiveAvgPool2d((1, None))
        self.pool_w = nn.AdaptiveAvgPool2d((None, 1))
        mip = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, mip, kernel_size=1, stride=1, padding=0)
        self.bn1 = nn.BatchNorm2d(mip)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)
        self.conv_w = nn.Conv2d(mip, out_channels, kernel_size=1, stride=1, padding=0)

    def forward(self, x):
        identity = x
        n, c, h, w = x.size()
        x_h = self.pool_h(x)
        x_w = self.pool_w(x).permute(0, 1, 3, 2)
        y = torch.cat([x_h, x_w], dim=2)
        y = self.conv1(y)
        y = self.bn1(y)
        y = self.act(y)
        x_h, x_w = torch.split(y, [h, w], dim=2)
        x_w = x_w.permute(0, 1, 3, 2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w).sigmoid()
        out = identity * a_h * a_w
        return out


# %% wrong: relu, expect: ReLU
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = torch.relu(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: reshape-mixes-channels, expect: what you do with the result differs
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        z_h, z_w = directional_pool(x)
        f = F.hardswish(self.bn1(self.conv1(torch.cat([z_h, z_w.transpose(2, 3)], dim=2))))
        a_h = torch.sigmoid(self.conv_h(f[:, :, :H]))
        # channels to the end for the product
        a_h = a_h.reshape(B, H, 1, C)
        a_w = torch.sigmoid(self.conv_w(f[:, :, H:])).permute(0, 3, 2, 1)
        return (x.permute(0, 2, 3, 1) * a_h * a_w).permute(0, 3, 1, 2)


# %% wrong: residual, expect: You add x
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x + x * a_h * a_w


# %% wrong: returns-gates-too, expect: Expected a tensor, got a tuple of 2
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w, (a_h, a_w)


# %% wrong: sigmoid-twice, expect: through the sigmoid twice
class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.size(2), x.size(3)
        rows = x.mean(3)                       # (B, C, H)
        cols = x.mean(2)                       # (B, C, W)
        line = torch.cat([rows, cols], dim=-1).unsqueeze(-1)
        hidden = self.conv1(line)
        hidden = self.bn1(hidden)
        hidden = F.hardswish(hidden)
        row_part = hidden[:, :, :height]
        col_part = hidden[:, :, height:]
        row_gate = self.conv_h(row_part).sigmoid()
        col_gate = self.conv_w(col_part).sigmoid()
        col_gate = col_gate.permute(0, 1, 3, 2)
        return x * torch.sigmoid(row_gate) * torch.sigmoid(col_gate)


# %% wrong: split-swapped, expect: H rows first
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [w, h], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: squeeze-size-one, expect: Right on other inputs, wrong with
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([z_h, z_w.transpose(2, 3)], dim=2)
        f = F.hardswish(self.bn1(self.conv1(line)))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return torch.einsum("bchw,bch,bcw->bchw", x, a_h.squeeze(), a_w.squeeze())


# %% wrong: swish, expect: smooth
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.silu(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: two-calls, expect: You call bn1 on rows and columns separately
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        x_h, x_w = directional_pool(x)
        a_h = self.conv_h(F.hardswish(self.bn1(self.conv1(x_h)))).sigmoid()
        a_w = self.conv_w(F.hardswish(self.bn1(self.conv1(x_w)))).sigmoid()
        return x * a_h * a_w


# %% wrong: two-conv1, expect: Not expected: `conv2.weight`
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.conv2 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        H, W = x.shape[2:]
        z_h, z_w = directional_pool(x)
        line = torch.cat([self.conv1(z_h), self.conv2(z_w.transpose(2, 3))], dim=2)
        f = F.hardswish(self.bn1(line))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w


# %% wrong: value-error, expect: ValueError
def directional_pool(x):
    return x.mean(3, keepdim=True), x.mean(2, keepdim=True)


class CoordinateAttention(nn.Module):
    def __init__(self, in_channels, out_channels, reduction=32):
        super().__init__()
        m = in_channels // reduction
        if m == 0:
            raise ValueError(f"{in_channels} // {reduction} is 0")
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x):
        h, w = x.shape[-2:]
        x_h, x_w = directional_pool(x)
        y = torch.cat([x_h, x_w.permute(0, 1, 3, 2)], dim=2)
        y = F.hardswish(self.bn1(self.conv1(y)))
        x_h, x_w = torch.split(y, [h, w], dim=2)
        a_h = self.conv_h(x_h).sigmoid()
        a_w = self.conv_w(x_w.permute(0, 1, 3, 2)).sigmoid()
        return x * a_h * a_w


# %% wrong: view-noncontiguous, expect: channels-last order of memory
class CoordinateAttention(nn.Module):
    """x times a gate for each row times a gate for each column, (B, C, H, W) -> (B, C, H, W).

    conv1, conv_h, conv_w: 1 x 1 nn.Conv2d. bn1: nn.BatchNorm2d.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int = 32) -> None:
        super().__init__()
        m = max(8, in_channels // reduction)
        self.conv1 = nn.Conv2d(in_channels, m, 1)
        self.bn1 = nn.BatchNorm2d(m)
        self.conv_h = nn.Conv2d(m, out_channels, 1)
        self.conv_w = nn.Conv2d(m, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        flat = x.view(B * C, H, W)
        z_h = flat.mean(2).view(B, C, H, 1)
        z_w = flat.mean(1).view(B, C, W, 1)
        f = F.hardswish(self.bn1(self.conv1(torch.cat([z_h, z_w], dim=2))))
        f_h, f_w = f.split([H, W], dim=2)
        a_h = torch.sigmoid(self.conv_h(f_h))
        a_w = torch.sigmoid(self.conv_w(f_w.transpose(2, 3)))
        return x * a_h * a_w
