# expect: You multiply the means by the gates
# The gates meet the squeezed image, not the image.
from torch import nn


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        z = squeeze(x)
        gates = self.excitation(z)
        return (z * gates).unsqueeze(-1).unsqueeze(-1).expand_as(x)
