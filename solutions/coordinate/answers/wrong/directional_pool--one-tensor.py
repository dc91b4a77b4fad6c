# expect: Expected a tuple of 2, got a tensor
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = x.mean(3, keepdim=True)
    cols = x.mean(2, keepdim=True).transpose(2, 3)
    return torch.cat([rows, cols], dim=2)
