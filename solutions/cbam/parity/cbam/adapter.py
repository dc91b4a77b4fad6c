"""CBAM: Jongchan/attention-module. Its gates multiply the image; ours return the map."""
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from solutions.cbam.reference import CBAM, ChannelGate, SpatialGate
from solutions.shared.parity import Case, Unit

MLP = ("mlp.1", "mlp.0"), ("mlp.3", "mlp.2")  # the published one begins with a Flatten
POOLED = {
    "avg": lambda x: x.mean(dim=(2, 3)),
    "max": lambda x: x.amax(dim=(2, 3)),
    "lp": lambda x: x.square().sum(dim=(2, 3)).sqrt(),
    "lse": lambda x: x.logsumexp(dim=(2, 3)),
}


def weights(gate: ChannelGate, pool_types: Sequence[str]) -> Callable[[Tensor], Tensor]:
    """The channel weights. Quirk: other pools than the paper's two."""
    if sorted(pool_types) == ["avg", "max"]:
        return gate
    return lambda x: torch.sigmoid(sum(gate.mlp(POOLED[pool](x)) for pool in pool_types))[:, :, None, None]


def published_momentum(gate: SpatialGate) -> SpatialGate:
    gate.bn.momentum = 0.01
    return gate


def channel_gate(case: Case, gate_channels: int, reduction_ratio: int = 16,
                 pool_types: Sequence[str] = ("avg", "max")) -> Unit:
    gate = ChannelGate(gate_channels, reduction_ratio)
    return Unit(gate, call=lambda x: x * weights(gate, pool_types)(x), names=MLP)


def spatial_gate(case: Case) -> Unit:
    gate = published_momentum(SpatialGate())
    return Unit(gate, call=lambda x: x * gate(x), names=(("spatial", ""),))


def cbam(case: Case, gate_channels: int, reduction_ratio: int = 16, pool_types: Sequence[str] = ("avg", "max"),
         no_spatial: bool = False) -> Unit:
    names = (("ChannelGate", "channel_gate"), ("SpatialGate.spatial", "spatial_gate"), *MLP)
    if no_spatial:
        module = nn.Module()
        module.channel_gate = ChannelGate(gate_channels, reduction_ratio)
        return Unit(module, call=lambda x: x * weights(module.channel_gate, pool_types)(x), names=names)
    block = CBAM(gate_channels, reduction_ratio)
    published_momentum(block.spatial_gate)

    def call(x: Tensor) -> Tensor:
        x = x * weights(block.channel_gate, pool_types)(x)
        return x * block.spatial_gate(x)

    return Unit(block, call=block if sorted(pool_types) == ["avg", "max"] else call, names=names)


UNITS = {"ChannelGate": channel_gate, "SpatialGate": spatial_gate, "CBAM": cbam}
