# expect: Your code stops with an error
import torch.nn.functional as F


class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.conv1(x).flatten(2).transpose(1, 2)
        b, n, c = tokens.shape
        side = int(n ** 0.5)
        y = self.attention(tokens).transpose(1, 2).reshape(b, c, side, side)
        return F.relu(x + self.bn(self.conv2(y)))
