# own nn.Parameters in place of the convolutions (names W1, b1, Wh, bh, Ww, bw)
import torch
import torch.nn.functional as F
from torch import nn


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
