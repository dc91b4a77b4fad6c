# expect: Your module has no parameters at all
# Makes new layers in every forward.
import torch
from torch import nn


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.channels = channels
        self.hidden = channels // reduction
        if self.hidden < 1:
            raise ValueError(f"channels {channels} / reduction {reduction} leaves nothing")

    def forward(self, z):
        first = nn.Linear(self.channels, self.hidden, bias=False)
        second = nn.Linear(self.hidden, self.channels, bias=False)
        return torch.sigmoid(second(torch.relu(first(z))))
