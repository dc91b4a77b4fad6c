# returns a namedtuple
import torch


from collections import namedtuple

Means = namedtuple('Means', 'rows columns')


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    return Means(rows=x.mean(dim=-1).unsqueeze(-1), columns=x.mean(dim=-2).unsqueeze(-2))
