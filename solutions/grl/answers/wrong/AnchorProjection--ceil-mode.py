# expect: A block that the image's edge cuts off gets an anchor of its own
import torch.nn.functional as F


class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        means = F.avg_pool2d(image, self.down_factor, ceil_mode=True)
        return self.reduction(means.permute(0, 2, 3, 1))
