# expect: one image of the batch
# a loop over the batch, with the axes of a batch
import torch
from torch import nn


class SEWeight(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        h = channels // reduction
        if h == 0:
            raise ValueError(f"channels {channels}, reduction {reduction}")
        self.fc1 = nn.Conv2d(channels, h, 1)
        self.fc2 = nn.Conv2d(h, channels, 1)

    def forward(self, x):
        out = []
        for image in x:
            s = image.mean((2, 3), keepdim=True)
            out.append(torch.sigmoid(self.fc2(torch.relu(self.fc1(s)))))
        return torch.stack(out)
