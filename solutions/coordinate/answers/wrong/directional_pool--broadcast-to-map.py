# expect: Expected shape
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = x.mean(3, keepdim=True).expand_as(x)
    cols = x.mean(2, keepdim=True).expand_as(x)
    return rows, cols
