# functional conv2d and batch_norm with the layers' tensors and self.training
import torch.nn.functional as F


class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.conv2d(x, self.conv1.weight, self.conv1.bias)
        tokens = y.flatten(start_dim=2).movedim(1, -1)
        y = self.attention(tokens).movedim(-1, 1).reshape(x.shape)
        y = F.conv2d(y, self.conv2.weight)
        if self.training:
            self.bn.num_batches_tracked += 1
        y = F.batch_norm(y, self.bn.running_mean, self.bn.running_var, self.bn.weight, self.bn.bias,
                         training=self.training, momentum=self.bn.momentum, eps=self.bn.eps)
        return torch.maximum(x + y, torch.zeros_like(x))
