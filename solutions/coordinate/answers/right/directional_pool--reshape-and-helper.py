# a helper for the last axis, the columns by transposing there and back
import torch


def mean_of_last(t):
    n = t.shape[-1]
    flat = t.reshape(-1, n)
    return flat.mean(1).reshape(*t.shape[:-1], 1)


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return mean_of_last(x), mean_of_last(x.transpose(2, 3)).transpose(2, 3)
