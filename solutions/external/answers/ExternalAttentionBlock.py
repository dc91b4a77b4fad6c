import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: Sequential-tail
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


# %% right: channels-last
class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels, memory_size=64):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size=memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = self.conv1(x).permute(0, 2, 3, 1)
        b, h, w, c = y.shape
        y = self.attention(y.reshape(b, h * w, c)).reshape(b, h, w, c)
        y = self.bn(self.conv2(y.permute(0, 3, 1, 2)))
        return F.relu(y + x)


# %% right: column-by-column
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


# %% right: convs-as-linear-maps
# 1 x 1 convolutions computed as linear layers on the tokens


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


# %% right: flatten-transpose
# the plain way: flatten and transpose, back with unflatten


class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels: int, memory_size: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.conv1(x).flatten(2).transpose(1, 2)
        made = self.attention(tokens).transpose(1, 2).unflatten(2, x.shape[2:])
        return F.relu(x + self.bn(self.conv2(made)))


# %% right: functional-conv-and-norm
# functional conv2d and batch_norm with the layers' tensors and self.training


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


# %% right: permute-channels-last
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


# %% right: relu-module
class ExternalAttentionBlock(nn.Module):
    def __init__(self, channels, memory_size=64):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=1)
        self.attention = ExternalAttention(channels, memory_size)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=1, bias=False)
        self.bn = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        B, C, H, W = x.shape
        out = self.conv1(x)
        out = out.view(B, C, H * W).permute(0, 2, 1)
        out = self.attention(out)
        out = out.permute(0, 2, 1).contiguous().view(B, C, H, W)
        out = self.bn(self.conv2(out))
        out = out + x
        return self.relu(out)


# %% wrong: all-positions-of-the-batch, edits, expect: The positions of all images become one long list of tokens
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + b, c, h, w = x.shape
# + y = self.conv1(x).permute(0, 2, 3, 1).reshape(1, -1, c)
# + y = self.attention(y).reshape(b, h, w, c).permute(0, 3, 1, 2)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: back-without-transpose, edits, expect: The attention returns (B, N, C), and you turn it into (B, C, H, W) with `reshape` or `view` alone
# - def forward(self, x):
# + def forward(self, x):
# +     b, c, h, w = x.shape
#
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).reshape(b, c, h, w)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: bn-always-in-training-mode, edits, expect: numbers differ
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + y = F.batch_norm(self.conv2(y), self.bn.running_mean, self.bn.running_var, self.bn.weight, self.bn.bias, training=True)
# + return F.relu(x + y)


# %% wrong: bn-before-conv2, edits, expect: It should come after conv2
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return F.relu(x + self.conv2(self.bn(y)))


# %% wrong: bn-never-in-training-mode, edits, expect: Right on other inputs
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + y = F.batch_norm(self.conv2(y), self.bn.running_mean, self.bn.running_var, self.bn.weight, self.bn.bias)
# + return F.relu(x + y)


# %% wrong: channels-as-tokens, edits, expect: Your code stops with an error
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + b, c, h, w = x.shape
# + y = self.conv1(x).flatten(2)
# + y = self.attention(y).reshape(b, c, h, w)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: conv1-without-bias, edits, expect: Keep torch's default: only conv2 has no bias, because a BatchNorm follows it
# - self.conv1 = nn.Conv2d(channels, channels, 1)
# + self.conv1 = nn.Conv2d(channels, channels, 1, bias=False)
#
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: conv2-with-bias, edits, expect: conv2 has a bias
# - self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
# + self.conv2 = nn.Conv2d(channels, channels, 1)
#
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: height-and-width-exchanged, edits, expect: Your code stops with an error
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + b, c, w, h = x.shape
# + y = self.conv1(x).flatten(2).transpose(1, 2)
# + y = self.attention(y).transpose(1, 2).reshape(b, c, h, w)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: input-changed, edits, expect: your code changes it in place
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + x += self.bn(self.conv2(y))
# + return F.relu(x)


# %% wrong: map-comes-back-transposed, edits, expect: H and W change places on the way back to a map
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + b, c, h, w = x.shape
# + y = self.conv1(x).flatten(2).transpose(1, 2)
# + y = self.attention(y).unflatten(1, (w, h)).permute(0, 3, 2, 1)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: memory-size-not-passed, edits, expect: The argument `memory_size` never reaches the attention
# - self.attention = ExternalAttention(channels, memory_size)
# + self.attention = ExternalAttention(channels)
#
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: no-relu, edits, expect: The ReLU at the end is missing
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return x + self.bn(self.conv2(y))


# %% wrong: no-shortcut, edits, expect: Add x before the ReLU
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return F.relu(self.bn(self.conv2(y)))


# %% wrong: relu-after-conv1, edits, expect: The only ReLU of the block should be its last step
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + tokens = F.relu(self.conv1(x)).flatten(2).transpose(1, 2)
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: relu-before-the-sum, edits, expect: Your ReLU comes before x is added
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return x + F.relu(self.bn(self.conv2(y)))


# %% wrong: relu-inside, edits, expect: Your ReLU comes before x is added
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.conv1(x).flatten(2).transpose(1, 2)
# + y = self.attention(y).transpose(1, 2).reshape(x.shape)
# + return x + torch.relu(self.bn(self.conv2(y)))


# %% wrong: shortcut-from-conv1, edits, expect: the input of the block
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + x = self.conv1(x)
# + tokens = x.flatten(2).transpose(1, 2)
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: square-root-of-N, edits, expect: Your code stops with an error
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + b, n, c = tokens.shape
# + side = int(n ** 0.5)
# + y = self.attention(tokens).transpose(1, 2).reshape(b, c, side, side)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: squeeze-loses-a-batch-of-one, edits, expect: Right on other inputs
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + b, c, h, w = x.shape
# + y = self.conv1(x).reshape(b, c, h * w).squeeze().transpose(-1, -2)
# + y = self.attention(y).transpose(-1, -2).reshape(b, c, h, w)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: three-by-three, edits, expect: The parameters are not the ones that the exercise asks for
# - self.conv1 = nn.Conv2d(channels, channels, 1)
# + self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
#
# - self.conv2 = nn.Conv2d(channels, channels, 1, bias=False)
# + self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
#
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + y = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# + return F.relu(x + self.bn(self.conv2(y)))


# %% wrong: tokens-by-view, edits, expect: C) and back with `reshape` or `view`
# - tokens = self.conv1(x).flatten(2).transpose(1, 2)
# - gathered = self.attention(tokens).transpose(1, 2).reshape(x.shape)
# - return torch.relu(x + self.bn(self.conv2(gathered)))
# + B, C, H, W = x.shape
# + y = self.conv1(x).reshape(B, H * W, C)
# + y = self.attention(y).reshape(B, C, H, W)
# + return F.relu(x + self.bn(self.conv2(y)))
