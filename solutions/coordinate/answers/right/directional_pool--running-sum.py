# a running sum with +, no reduction at all
import torch


def directional_pool(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean of each row and of each column: (B, C, H, W) -> (B, C, H, 1), (B, C, 1, W)."""
    total_of_row = 0
    for column in x.unbind(3):
        total_of_row = total_of_row + column
    total_of_column = 0
    for row in x.unbind(2):
        total_of_column = total_of_column + row
    return (total_of_row / x.shape[3]).unsqueeze(3), (total_of_column / x.shape[2]).unsqueeze(2)
