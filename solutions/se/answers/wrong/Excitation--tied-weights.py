# expect: `fc2` is made and never called
# Ties the second layer to the transposed first one.
import torch
import torch.nn as nn
import torch.nn.functional as F


def _bottleneck(channels, reduction):
    hidden = channels // reduction
    if not hidden:
        raise ValueError("channels (%d) // reduction (%d) is zero" % (channels, reduction))
    return hidden


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        nn.Module.__init__(self)
        hidden = _bottleneck(channels, reduction)
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, z):
        hidden = F.linear(z, self.fc1.weight).clamp(min=0)
        logits = hidden @ self.fc1.weight
        return 0.5 * (1 + torch.tanh(0.5 * logits))
