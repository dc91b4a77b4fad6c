# expect: it went through one more sigmoid
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return x.mean(3, keepdim=True).sigmoid(), x.mean(2, keepdim=True).sigmoid()
