import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: gelu-by-erf
# the GELU is written out with erf
class ConvFFN(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
        super().__init__()
        self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
        self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size=kernel_size, stride=stride,
                                padding=kernel_size // 2, groups=hidden_channels)
        self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)

    def forward(self, x):
        h = self.fc1(x)
        h = 0.5 * h * (1 + torch.erf(h / 2 ** 0.5))
        return self.fc2(self.dwconv(h))


# %% right: other-names
# layers in one Sequential called net
class ConvFFN(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
        super().__init__()
        c = hidden_channels
        self.net = nn.Sequential(
            nn.Conv2d(in_channels, c, 1),
            nn.GELU(),
            nn.Conv2d(c, c, kernel_size, stride=stride, padding=kernel_size // 2, groups=c),
            nn.Conv2d(c, out_channels, 1),
        )

    def forward(self, x):
        return self.net(x)


# %% right: sequential-subclass
# inherits nn.Sequential, with add_module, no forward
class ConvFFN(nn.Sequential):
    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int, stride: int,
                 out_channels: int) -> None:
        super().__init__()
        self.add_module("fc1", nn.Conv2d(in_channels, hidden_channels, 1))
        self.add_module("act", nn.GELU())
        self.add_module("dwconv", nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride,
                                            (kernel_size - 1) // 2, groups=hidden_channels))
        self.add_module("fc2", nn.Conv2d(hidden_channels, out_channels, 1))


# %% right: step-by-step
class ConvFFN(nn.Module):
    def __init__(self, in_channels, hidden_channels, kernel_size, stride, out_channels):
        super().__init__()
        self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
        self.gelu = nn.GELU()
        self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size=kernel_size, stride=stride,
                                padding=kernel_size // 2, groups=hidden_channels)
        self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)

    def forward(self, x):
        x = self.fc1(x)
        x = self.gelu(x)
        x = self.dwconv(x)
        x = self.fc2(x)
        return x


# %% right: stride-by-slicing
# the convolution runs at stride 1 with dwconv's weights, then every stride-th position is kept
class ConvFFN(nn.Module):
    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int, stride: int,
                 out_channels: int) -> None:
        super().__init__()
        self.stride = stride
        self.pad = kernel_size // 2
        self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
        self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride,
                                padding=self.pad, groups=hidden_channels)
        self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.gelu(self.fc1(x))
        h = F.conv2d(h, self.dwconv.weight, self.dwconv.bias, padding=self.pad, groups=h.shape[1])
        return self.fc2(h[:, :, ::self.stride, ::self.stride])


# %% wrong: dense, edits, expect: groups=hidden_channels
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2)


# %% wrong: dropout, edits, expect: training mode
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)
# + return F.dropout(self.fc2(x), 0.1, self.training)


# %% wrong: dwconv-without-bias, edits, expect: has no bias
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels, bias=False)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: gelu-after-dwconv, edits, expect: Your GELU comes after dwconv
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = self.fc1(x)
# + x = F.gelu(self.dwconv(x))
# + return self.fc2(x)


# %% wrong: gelu-after-the-convolution, edits, expect: Your GELU comes after dwconv
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + return self.fc2(F.gelu(self.dwconv(self.fc1(x))))


# %% wrong: gelu-tanh, edits, expect: Your GELU is the tanh approximation
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x), approximate='tanh')
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: gelu-twice, edits, expect: There is a GELU after dwconv too
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = F.gelu(self.dwconv(x))
# + return self.fc2(x)


# %% wrong: no-padding, edits, expect: The padding of dwconv is missing
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: not-depthwise, edits, expect: Your dwconv mixes all channels
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: odd-positions, edits, expect: Expected shape
# - super().__init__()
# + super().__init__()
# + self.stride = stride
#
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)[:, :, self.stride - 1::self.stride, self.stride - 1::self.stride]
# + return self.fc2(x)


# %% wrong: out-is-in, edits, expect: The parameters are not the ones that the exercise asks for
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# - self.fc2 = nn.Conv2d(hidden_channels, out_channels, 1)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels)
# + self.fc2 = nn.Conv2d(hidden_channels, in_channels, 1)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: own-shortcut, edits, expect: no shortcut
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + y = self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + if y.shape == x.shape:
# +     y = y + x
# + return y


# %% wrong: padding-minus-stride, edits, expect: Expected shape
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=(kernel_size - stride) // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: pooled-instead-of-stride, edits, expect: Give dwconv itself the stride
# - super().__init__()
# + super().__init__()
# + self.stride = stride
#
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = F.avg_pool2d(self.dwconv(x), self.stride, ceil_mode=True)
# + return self.fc2(x)


# %% wrong: relu, edits, expect: You use a ReLU between fc1 and dwconv
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.relu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: shortcut, edits, expect: There is a shortcut around dwconv
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + y = self.dwconv(x)
# + x = x + y if y.shape == x.shape else y
# + return self.fc2(x)


# %% wrong: silu, edits, expect: You use a SiLU, as in AttnMap
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride=stride, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.silu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: stride-ignored, edits, expect: The argument stride has no effect
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)


# %% wrong: stride-on-fc1, edits, expect: Your fc1 has the stride
# - self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1)
# - self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, stride, kernel_size // 2, groups=hidden_channels)
# + self.fc1 = nn.Conv2d(in_channels, hidden_channels, 1, stride=stride)
# + self.dwconv = nn.Conv2d(hidden_channels, hidden_channels, kernel_size, padding=kernel_size // 2, groups=hidden_channels)
#
# - return self.fc2(self.dwconv(F.gelu(self.fc1(x))))
# + x = F.gelu(self.fc1(x))
# + x = self.dwconv(x)
# + return self.fc2(x)
