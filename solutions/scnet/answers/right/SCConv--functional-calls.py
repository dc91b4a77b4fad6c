# special: functional calls with the layers' weights; batch statistics and the running averages by hand
import torch.nn.functional as F


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
