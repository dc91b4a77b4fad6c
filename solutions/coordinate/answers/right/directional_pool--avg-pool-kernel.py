# avg_pool2d with a kernel as long as the row or column
import torch
import torch.nn.functional as F


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    B, C, H, W = x.size()
    z_h = F.avg_pool2d(x, kernel_size=(1, W))
    z_w = F.avg_pool2d(x, kernel_size=(H, 1))
    return z_h, z_w
