# matrix products with a vector of 1/W and of 1/H
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    H, W = x.shape[2:]
    right = torch.full((W, 1), 1 / W, dtype=x.dtype, device=x.device)
    left = torch.full((1, H), 1 / H, dtype=x.dtype, device=x.device)
    return x @ right, left @ x
