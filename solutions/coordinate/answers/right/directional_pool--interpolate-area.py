# F.interpolate in area mode
import torch
import torch.nn.functional as F


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    H, W = x.shape[-2], x.shape[-1]
    a = F.interpolate(x, size=(H, 1), mode="area")
    b = F.interpolate(x, size=(1, W), mode="area")
    return a, b
