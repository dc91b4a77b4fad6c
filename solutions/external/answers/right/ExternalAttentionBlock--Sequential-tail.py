# nn.Sequential for conv2 and bn, under another name
class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=1)
        self.attention = ExternalAttention(dim=channels, memory_size=memory_size)
        self.tail = nn.Sequential(
            nn.Conv2d(channels, channels, kernel_size=1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.act = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        idn = x
        y = self.conv1(x)
        b, c, h, w = y.shape
        y = y.reshape(b, c, -1).permute(0, 2, 1)
        y = self.attention(y).permute(0, 2, 1).reshape(b, c, h, w)
        return self.act(self.tail(y) + idn)
