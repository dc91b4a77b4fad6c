# expect: does not divide
import torch.nn.functional as F


class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        self.reduction = nn.Linear(dim, dim // 2)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        h, w = image_size
        if h % self.down_factor or w % self.down_factor:
            raise ValueError(f"{self.down_factor} does not divide {h} x {w}")
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        means = F.avg_pool2d(image, self.down_factor)
        return self.reduction(means.permute(0, 2, 3, 1))
