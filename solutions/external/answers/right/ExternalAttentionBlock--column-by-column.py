# tokens are read column by column and put back the same way (order does not matter)
class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        tokens = self.conv1(x).permute(0, 3, 2, 1).flatten(1, 2)
        tokens = self.attention(tokens)
        image = tokens.unflatten(1, (w, h)).permute(0, 3, 2, 1)
        return (x + self.bn(self.conv2(image))).clamp(min=0)
