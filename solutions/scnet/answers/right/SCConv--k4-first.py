# special: layers are made and registered in another order (k4, k3, k2), in a loop with add_module
import torch.nn.functional as F


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
