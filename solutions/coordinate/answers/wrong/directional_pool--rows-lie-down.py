# expect: axes of size 1 are in another place
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    rows = x.mean(3).unsqueeze(2)
    cols = x.mean(2).unsqueeze(2)
    return rows, cols
