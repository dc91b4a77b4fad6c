# expect: C) and back with `reshape` or `view`
import torch.nn.functional as F


class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.shape
        y = self.conv1(x).reshape(B, H * W, C)
        y = self.attention(y).reshape(B, C, H, W)
        return F.relu(x + self.bn(self.conv2(y)))
