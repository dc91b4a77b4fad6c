# one nn.Sequential called body: the layers are body.conv, body.bn and body.position
class OverlapPatchEmbed(nn.Module):
    def __init__(
        self, in_channels: int, out_channels: int, patch_size: int = 2,
        with_position: bool = True
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(OrderedDict(
            conv=nn.Conv2d(in_channels, out_channels, patch_size + 1, patch_size, patch_size // 2),
            bn=nn.BatchNorm2d(out_channels),
            position=PixelAttention(out_channels) if with_position else nn.Identity(),
        ))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, tuple[int, int]]:
        x = self.body(x)
        h, w = x.size(2), x.size(3)
        return x.flatten(start_dim=2).mT, (h, w)
