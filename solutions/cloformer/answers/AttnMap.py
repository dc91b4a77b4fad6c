import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: einsum-on-weights
# both layers are used by their weights only, with einsum
class AttnMap(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, 1)
        self.conv2 = nn.Conv2d(dim, dim, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        def fc(layer, t):
            out = torch.einsum("oc,bchw->bohw", layer.weight[:, :, 0, 0], t)
            return out + layer.bias.view(1, -1, 1, 1)

        return fc(self.conv2, F.silu(fc(self.conv1, x)))


# %% right: other-names
# layers are named fc_in and fc_out, the activation is a layer
class AttnMap(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.fc_in = nn.Conv2d(dim, dim, (1, 1), bias=True)
        self.act = nn.SiLU()
        self.fc_out = nn.Conv2d(dim, dim, (1, 1), bias=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.fc_in(x)
        x = self.act(x)
        x = self.fc_out(x)
        return x


# %% right: sequential-subclass
# inherits nn.Sequential, with the page's names by OrderedDict, no forward
from collections import OrderedDict

class AttnMap(nn.Sequential):
    """Two 1 x 1 convolutions with a SiLU between them."""

    def __init__(self, dim: int) -> None:
        super().__init__(OrderedDict([
            ("conv1", nn.Conv2d(dim, dim, 1)),
            ("swish", nn.SiLU()),
            ("conv2", nn.Conv2d(dim, dim, 1)),
        ]))


# %% right: silu-module
class AttnMap(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, kernel_size=1)
        self.act = nn.SiLU(inplace=True)
        self.conv2 = nn.Conv2d(dim, dim, kernel_size=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv1(x)
        x = self.act(x)
        return self.conv2(x)


# %% right: swish-by-hand
# z * sigmoid(z) is written out
class AttnMap(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, kernel_size=1)
        self.conv2 = nn.Conv2d(dim, dim, kernel_size=1)

    def forward(self, x):
        z = self.conv1(x)
        z = z * torch.sigmoid(z)
        return self.conv2(z)


# %% right: z-times-sigmoid
class AttnMap(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, 1, 1, 0)
        self.conv2 = nn.Conv2d(dim, dim, 1, 1, 0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        z = self.conv1(x)
        return self.conv2(z * torch.sigmoid(z))


# %% wrong: bias-false, edits, expect: no bias
# - self.conv1 = nn.Conv2d(dim, dim, 1)
# - self.conv2 = nn.Conv2d(dim, dim, 1)
# + self.conv1 = nn.Conv2d(dim, dim, 1, bias=False)
# + self.conv2 = nn.Conv2d(dim, dim, 1, bias=False)
#
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = self.conv2(x)
# + return x


# %% wrong: conv1-twice, edits, expect: conv1 is used twice
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = self.conv1(x)
# + return x


# %% wrong: depth-wise, edits, expect: depth-wise
# - self.conv1 = nn.Conv2d(dim, dim, 1)
# - self.conv2 = nn.Conv2d(dim, dim, 1)
# + self.conv1 = nn.Conv2d(dim, dim, 1, groups=dim)
# + self.conv2 = nn.Conv2d(dim, dim, 1, groups=dim)
#
# - return self.conv2(F.silu(self.conv1(x)))
# + z = self.conv1(x)
# + return self.conv2(z * z.sigmoid())


# %% wrong: depthwise, edits, expect: Your convolutions are depth-wise
# - self.conv1 = nn.Conv2d(dim, dim, 1)
# - self.conv2 = nn.Conv2d(dim, dim, 1)
# + self.conv1 = nn.Conv2d(dim, dim, 1, groups=dim)
# + self.conv2 = nn.Conv2d(dim, dim, 1, groups=dim)
#
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = self.conv2(x)
# + return x


# %% wrong: forgot-return, edits, expect: Expected a tensor
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = self.conv2(x)


# %% wrong: gate-times-input, edits, expect: Your SiLU is x
# - return self.conv2(F.silu(self.conv1(x)))
# + x = x * torch.sigmoid(self.conv1(x))
# + x = self.conv2(x)
# + return x


# %% wrong: gelu-instead-of-silu, edits, expect: You put a GELU between the convolutions
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.gelu(x)
# + x = self.conv2(x)
# + return x


# %% wrong: hidden-quarter, edits, expect: The parameters are not the ones that the exercise asks for
# - self.conv1 = nn.Conv2d(dim, dim, 1)
# - self.conv2 = nn.Conv2d(dim, dim, 1)
# + hidden = max(dim // 4, 1)
# + self.conv1 = nn.Conv2d(dim, hidden, 1)
# + self.conv2 = nn.Conv2d(hidden, dim, 1)


# %% wrong: kernel-3, edits, expect: Your kernels are 3 x 3
# - self.conv1 = nn.Conv2d(dim, dim, 1)
# - self.conv2 = nn.Conv2d(dim, dim, 1)
# + self.conv1 = nn.Conv2d(dim, dim, 3, padding=1)
# + self.conv2 = nn.Conv2d(dim, dim, 3, padding=1)
#
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = self.conv2(x)
# + return x


# %% wrong: linear-layers, edits, expect: mat1 and mat2 shapes cannot be multiplied
# - self.conv1 = nn.Conv2d(dim, dim, 1)
# - self.conv2 = nn.Conv2d(dim, dim, 1)
# + self.conv1 = nn.Linear(dim, dim)
# + self.conv2 = nn.Linear(dim, dim)
#
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = self.conv2(x)
# + return x


# %% wrong: no-activation, edits, expect: The SiLU is missing
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = self.conv2(x)
# + return x


# %% wrong: no-super-init, edits, expect: before Module.__init__() call
# - super().__init__()
#
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = self.conv2(x)
# + return x


# %% wrong: relu-instead-of-silu, edits, expect: You put a ReLU between the convolutions
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.relu(x)
# + x = self.conv2(x)
# + return x


# %% wrong: relu, edits, expect: a ReLU
# - self.conv2 = nn.Conv2d(dim, dim, 1)
# + self.conv2 = nn.Conv2d(dim, dim, 1)
# + self.act = nn.ReLU()
#
# - return self.conv2(F.silu(self.conv1(x)))
# + return self.conv2(self.act(self.conv1(x)))


# %% wrong: shortcut, edits, expect: You add x to the result
# - return self.conv2(F.silu(self.conv1(x)))
# + return x + self.conv2(F.silu(self.conv1(x)))


# %% wrong: sigmoid-only, edits, expect: You put a sigmoid between the convolutions
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = torch.sigmoid(x)
# + x = self.conv2(x)
# + return x


# %% wrong: silu-at-the-end-too, edits, expect: There is a SiLU after conv2 too
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = F.silu(self.conv2(x))
# + return x


# %% wrong: silu-in-front, edits, expect: Your SiLU comes before conv1
# - return self.conv2(F.silu(self.conv1(x)))
# + x = F.silu(x)
# + x = self.conv1(x)
# + x = self.conv2(x)
# + return x


# %% wrong: wide-middle, edits, expect: You have more than dim channels between the convolutions
# - self.conv1 = nn.Conv2d(dim, dim, 1)
# - self.conv2 = nn.Conv2d(dim, dim, 1)
# + self.conv1 = nn.Conv2d(dim, 4 * dim, 1)
# + self.conv2 = nn.Conv2d(4 * dim, dim, 1)
#
# - return self.conv2(F.silu(self.conv1(x)))
# + x = self.conv1(x)
# + x = F.silu(x)
# + x = self.conv2(x)
# + return x
