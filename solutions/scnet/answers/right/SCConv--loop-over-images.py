# special: enlarges and gates image by image in a loop, and stacks them again
import torch.nn.functional as F


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
