# expect: Your gate has shape (B, C, 1, 1)
# Returns (B, C, 1, 1) instead of (B, C).
import torch
import torch.nn as nn
import torch.nn.functional as F


class Excitation(nn.Module):
    def __init__(self, channels: int, reduction: int = 16) -> None:
        super(Excitation, self).__init__()
        if channels // reduction < 1:
            raise ValueError("the bottleneck is empty: {} channels, reduction {}".format(channels, reduction))
        self.fc1 = nn.Conv2d(channels, channels // reduction, kernel_size=1, bias=False)
        self.fc2 = nn.Conv2d(channels // reduction, channels, kernel_size=1, bias=False)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        z = z.unsqueeze(-1).unsqueeze(-1)
        z = F.relu(self.fc1(z), inplace=True)
        return torch.sigmoid(self.fc2(z))
