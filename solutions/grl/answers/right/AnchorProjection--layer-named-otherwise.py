# own parameters weight and bias instead of the layer called reduction
import torch.nn.functional as F


class AnchorProjection(nn.Module):
    def __init__(self, dim: int, down_factor: int) -> None:
        super().__init__()
        self.down_factor = down_factor
        bound = dim ** -0.5
        self.weight = nn.Parameter(torch.empty(dim // 2, dim).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(dim // 2).uniform_(-bound, bound))

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.mT.unflatten(2, tuple(image_size))
        means = F.avg_pool2d(image, self.down_factor, self.down_factor)
        return means.movedim(1, 3) @ self.weight.T + self.bias
