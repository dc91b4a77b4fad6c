# the tokens are made image by image, row by row; F.pad instead of the layer's padding in the call
import torch.nn.functional as F


class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, patch_size + 1, stride=patch_size,
                              padding=patch_size // 2)
        self.bn = nn.BatchNorm2d(out_channels)
        self.position = PixelAttention(out_channels) if with_position else nn.Identity()

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        p = self.conv.stride[0]
        k = p // 2
        y = F.conv2d(F.pad(x, (k, k, k, k)), self.conv.weight, self.conv.bias, stride=p)
        y = self.position(self.bn(y))
        H, W = y.shape[2:]
        images = []
        for image in y:  # (C, H, W)
            rows = [image[:, i].t() for i in range(H)]  # each (W, C)
            images.append(torch.cat(rows))
        return torch.stack(images), (H, W)
