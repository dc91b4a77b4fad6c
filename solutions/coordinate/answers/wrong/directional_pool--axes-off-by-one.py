# expect: Your axes are one too small
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    # dim 1 = rows, dim 2 = columns
    return x.mean(2, keepdim=True), x.mean(1, keepdim=True)
