import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


# %% right: conv-1x1
# Two 1x1 convolutions on a (B, C, 1, 1) view, in-place ReLU on the hidden vector, type hints.


class Excitation(nn.Module):
    def __init__(self, channels: int, reduction: int = 16) -> None:
        super(Excitation, self).__init__()
        if channels // reduction < 1:
            raise ValueError("the bottleneck is empty: {} channels, reduction {}".format(channels, reduction))
        self.fc1 = nn.Conv2d(channels, channels // reduction, kernel_size=1, bias=False)
        self.fc2 = nn.Conv2d(channels // reduction, channels, kernel_size=1, bias=False)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        z = z.unsqueeze(-1).unsqueeze(-1)
        z = F.relu(self.fc1(z), inplace=True)
        return torch.sigmoid(self.fc2(z)).flatten(1)


# %% right: functional-linear
# Keeps Linear layers for their weights and computes with F.linear, clamp and the tanh form of the sigmoid.


def _bottleneck(channels, reduction):
    hidden = channels // reduction
    if not hidden:
        raise ValueError("channels (%d) // reduction (%d) is zero" % (channels, reduction))
    return hidden


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        nn.Module.__init__(self)
        hidden = _bottleneck(channels, reduction)
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, z):
        hidden = F.linear(z, self.fc1.weight).clamp(min=0)
        logits = hidden @ self.fc2.weight.t()
        return 0.5 * (1 + torch.tanh(0.5 * logits))


# %% right: linear-modules
# Two Linear layers with module activations.


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, channels, bias=False)
        self.sigmoid = nn.Sigmoid()

    def forward(self, z):
        return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% right: one-over
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"{channels} // {reduction} is 0")
        hidden = channels // reduction
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, s):
        z = self.fc2(torch.relu(self.fc1(s)))
        return 1 / (1 + torch.exp(-z))


# %% wrong: activations-swapped, edits, expect: You have swapped the two activations: the ReLU belongs after `fc1`, and the sigmoid after `fc2`
# Swaps the two activations: sigmoid inside, ReLU outside.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.relu(self.fc2(self.sigmoid(self.fc1(z))))


# %% wrong: applies-itself, edits, expect: multiplies its input by the gate
# Multiplies the gate with its input and returns that.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return z * self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: assert, edits, expect: raises AssertionError
# Checks the bottleneck with an assert, so the error is not a ValueError.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + assert hidden > 0, f'channels={channels} is smaller than reduction={reduction}'
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: detached-hidden, edits, expect: Gradients of `fc1.weight`, `z`: no gradient arrives
# Detaches the hidden vector, so fc1 and the input get no gradient.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z)).detach()))


# %% wrong: exp, edits, expect: gives NaN for large scores
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
# + if channels // reduction == 0:
# +     raise ValueError(f'{channels} // {reduction} is 0')
#
# - def forward(self, z):
# -     return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + def forward(self, s):
# +     z = self.fc2(torch.relu(self.fc1(s)))
# +     return torch.exp(z) / (1 + torch.exp(z))


# %% wrong: fixed-reduction, edits, expect: 16 whatever `reduction` is
# Ignores the argument and always reduces by 16.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
# - hidden = channels // reduction
# + hidden = channels // 16
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: four-dim-output, expect: Your gate has shape (B, C, 1, 1)
# Returns (B, C, 1, 1) instead of (B, C).


class Excitation(nn.Module):
    def __init__(self, channels: int, reduction: int = 16) -> None:
        super(Excitation, self).__init__()
        if channels // reduction < 1:
            raise ValueError("the bottleneck is empty: {} channels, reduction {}".format(channels, reduction))
        self.fc1 = nn.Conv2d(channels, channels // reduction, kernel_size=1, bias=False)
        self.fc2 = nn.Conv2d(channels // reduction, channels, kernel_size=1, bias=False)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        z = z.unsqueeze(-1).unsqueeze(-1)
        z = F.relu(self.fc1(z), inplace=True)
        return torch.sigmoid(self.fc2(z))


# %% wrong: gelu, edits, expect: uses a GELU
# Uses GELU where the paper has ReLU.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.GELU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: hard-sigmoid, edits, expect: hardsigmoid
# Uses the piecewise linear hard sigmoid.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Hardsigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: hidden-at-least-one, edits, expect: silently made 1
# Clamps the hidden size to one instead of raising a ValueError.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
# - hidden = channels // reduction
# + hidden = max(1, channels // reduction)
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: hidden-rounded-up, edits, expect: rounded up
# Rounds the hidden size up, so it differs when the reduction does not divide the channels.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
# - hidden = channels // reduction
# + hidden = -(-channels // reduction) if channels >= reduction else 0
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: layers-in-forward, expect: Your module has no parameters at all
# Makes new layers in every forward.


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.channels = channels
        self.hidden = channels // reduction
        if self.hidden < 1:
            raise ValueError(f"channels {channels} / reduction {reduction} leaves nothing")

    def forward(self, z):
        first = nn.Linear(self.channels, self.hidden, bias=False)
        second = nn.Linear(self.hidden, self.channels, bias=False)
        return torch.sigmoid(second(torch.relu(first(z))))


# %% wrong: no-relu, edits, expect: ReLU between the two layers is missing
# Has no nonlinearity between the two layers.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.fc1(z)))


# %% wrong: no-sigmoid, edits, expect: sigmoid at the end is missing
# Returns the logits without the sigmoid.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.fc2(self.relu(self.fc1(z)))


# %% wrong: plain-list, expect: `self.fc` is a plain Python container
# Keeps its layers in a plain list, so they are not registered.


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")
        self.fc = [nn.Linear(channels, hidden, bias=False), nn.Linear(hidden, channels, bias=False)]
        self.relu = nn.ReLU()
        self.sigmoid = nn.Sigmoid()

    def forward(self, z):
        return self.sigmoid(self.fc[1](self.relu(self.fc[0](z))))


# %% wrong: relu-after-both, edits, expect: ReLU comes after the second layer
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} and reduction={reduction} leave no hidden number')
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return torch.sigmoid(torch.relu(self.fc2(self.fc1(z))))


# %% wrong: relu6, edits, expect: first difference is in the input of `fc2`
# Uses ReLU6, which equals ReLU until a hidden value exceeds 6.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU6()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: second-bias, edits, expect: biases, but the exercise's layers have none: `fc2.bias`
# Leaves the default bias in the second layer.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.relu = nn.ReLU()
# + self.fc2 = nn.Linear(hidden, channels)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: silent-message, edits, expect: name 7 and 8 in it
# Raises a ValueError that does not name the two numbers.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError('reduction is too large')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Sigmoid()
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: slash, expect: Divide with two slashes
class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        if channels // reduction == 0:
            raise ValueError(f"{channels} // {reduction} is 0")
        hidden = channels / reduction
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, s):
        z = self.fc2(torch.relu(self.fc1(s)))
        return torch.sigmoid(z)


# %% wrong: softmax, edits, expect: ends in a softmax
# Normalises the channels with a softmax instead of a sigmoid each.
# - if not 1 <= reduction <= channels:
# -     raise ValueError(f'no hidden channel is left: channels={channels}, reduction={reduction}')
#
# - hidden = channels // reduction
# + hidden = channels // reduction
# + if hidden == 0:
# +     raise ValueError(f'channels={channels} is smaller than reduction={reduction}')
#
# - self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.fc1 = nn.Linear(channels, hidden, bias=False)
# + self.relu = nn.ReLU()
#
# - self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.fc2 = nn.Linear(hidden, channels, bias=False)
# + self.sigmoid = nn.Softmax(dim=-1)
#
# - return torch.sigmoid(self.fc2(torch.relu(self.fc1(z))))
# + return self.sigmoid(self.fc2(self.relu(self.fc1(z))))


# %% wrong: tied-weights, expect: `fc2` is made and never called
# Ties the second layer to the transposed first one.


def _bottleneck(channels, reduction):
    hidden = channels // reduction
    if not hidden:
        raise ValueError("channels (%d) // reduction (%d) is zero" % (channels, reduction))
    return hidden


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        nn.Module.__init__(self)
        hidden = _bottleneck(channels, reduction)
        self.fc1 = nn.Linear(channels, hidden, bias=False)
        self.fc2 = nn.Linear(hidden, channels, bias=False)

    def forward(self, z):
        hidden = F.linear(z, self.fc1.weight).clamp(min=0)
        logits = hidden @ self.fc1.weight
        return 0.5 * (1 + torch.tanh(0.5 * logits))


# %% wrong: with-bias, expect: two layers have biases
# Leaves the default biases in both layers.


class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        hidden = channels // reduction
        if hidden == 0:
            raise ValueError(f"channels={channels} is smaller than reduction={reduction}")
        self.fc1 = nn.Linear(channels, hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, channels)
        self.sigmoid = nn.Sigmoid()

    def forward(self, z):
        return self.sigmoid(self.fc2(self.relu(self.fc1(z))))
