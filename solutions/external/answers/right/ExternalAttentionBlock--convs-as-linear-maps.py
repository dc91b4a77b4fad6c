# 1 x 1 convolutions computed as linear layers on the tokens
import torch.nn.functional as F


class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, c, h, w = x.shape
        tokens = torch.einsum("bchw,dc->bhwd", x, self.conv1.weight[:, :, 0, 0]) + self.conv1.bias
        tokens = self.attention(tokens.reshape(b, h * w, c))
        tokens = F.linear(tokens, self.conv2.weight.flatten(1))
        y = self.bn(tokens.mT.reshape(b, c, h, w))
        return F.relu(y + x)
