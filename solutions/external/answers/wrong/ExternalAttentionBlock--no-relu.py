# expect: The ReLU at the end is missing
class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.conv1(x).flatten(2).transpose(1, 2)
        y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
        return x + self.bn(self.conv2(y))
