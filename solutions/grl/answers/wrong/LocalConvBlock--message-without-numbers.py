# expect: in it, so that its reader know
import torch.nn.functional as F


class LocalConvBlock(nn.Module):
    def __init__(self, dim: int, compress: int = 4, reduction: int = 18) -> None:
        super().__init__()
        if dim // compress == 0:
            raise ValueError("not enough channels for compress")
        if dim // reduction == 0:
            raise ValueError("not enough channels for reduction")
        self.conv1 = nn.Conv2d(dim, dim // compress, 3, padding=1)
        self.conv2 = nn.Conv2d(dim // compress, dim, 3, padding=1)
        self.fc1 = nn.Conv2d(dim, dim // reduction, 1)
        self.fc2 = nn.Conv2d(dim // reduction, dim, 1)

    def forward(self, x: torch.Tensor, image_size: tuple[int, int]) -> torch.Tensor:
        image = x.transpose(1, 2).unflatten(2, tuple(image_size))
        y = self.conv2(F.gelu(self.conv1(image)))
        gate = y.mean(dim=(2, 3), keepdim=True)
        gate = torch.sigmoid(self.fc2(F.relu(self.fc1(gate))))
        return (gate * y).flatten(2).transpose(1, 2)
