"""The "flexible attention" of a post: it is CBAM's channel gate with two biases, Jongchan/attention-module."""
import torch
import torch.nn.functional as F
from torch import Tensor

from solutions.cbam.reference import ChannelGate, flexible_attention
from solutions.shared.parity import Case, Unit

from ..cbam.adapter import MLP


def channel_gate(case: Case, gate_channels: int, reduction_ratio: int, pool_types: list[str]) -> Unit:
    """Our function has no biases: here they are the weights of one channel more, which is 1 everywhere, and of one
    hidden number more."""
    assert pool_types == ["avg", "max"]
    gate = ChannelGate(gate_channels, reduction_ratio)
    first, _, second = gate.mlp

    def call(x: Tensor) -> Tensor:
        one = F.one_hot(torch.tensor([gate_channels])).to(x)
        w1 = torch.cat([torch.cat([first.weight, first.bias[:, None]], dim=1), one])
        w2 = F.pad(torch.cat([second.weight, second.bias[:, None]], dim=1), (0, 0, 0, 1))
        return flexible_attention(F.pad(x, (0, 0, 0, 0, 0, 1), value=1.0), w1, w2)[:, :-1]

    return Unit(gate, call=call, names=MLP)


UNITS = {"ChannelGate": channel_gate}
