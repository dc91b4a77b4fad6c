# permute to channels last and reshape, back the same way
class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, C, H, W = x.size()
        out = self.conv1(x).permute(0, 2, 3, 1).reshape(B, H * W, C)
        out = self.attention(out)
        out = out.reshape(B, H, W, C).permute(0, 3, 1, 2)
        out = self.bn(self.conv2(out))
        return torch.relu(out + x)
