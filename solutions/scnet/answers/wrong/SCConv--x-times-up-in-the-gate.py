# expect: The gate is the sigmoid of their sum
import torch.nn.functional as F


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
