"""The kernel sizes of the ECA-ResNets whose weights the authors of ECA released, compared with those of a rule."""

from __future__ import annotations

from collections.abc import Callable

# For each network: the channels of its four stages, the blocks in each stage, the kernel size in each stage.
RELEASED = {
    "ECA-ResNet-18": ((64, 128, 256, 512), (2, 2, 2, 2), (3, 5, 7, 7)),
    "ECA-ResNet-34": ((64, 128, 256, 512), (3, 4, 6, 3), (3, 3, 5, 7)),
    "ECA-ResNet-50": ((256, 512, 1024, 2048), (3, 4, 6, 3), (3, 5, 5, 7)),
    "ECA-ResNet-101": ((256, 512, 1024, 2048), (3, 4, 23, 3), (3, 3, 5, 7)),
    "ECA-ResNet-152": ((256, 512, 1024, 2048), (3, 8, 36, 3), (3, 3, 5, 7)),
}


def print_released_kernels(rule: Callable[[int], int]) -> None:
    """Prints for each network the kernel sizes of its stages, by `rule(channels)` and as released. It also prints ECA's
    parameters for the kernel sizes of the rule and for the released ones."""
    print("network          by the rule                  released")
    for network, (channels, blocks, kernels) in RELEASED.items():
        by_rule = tuple(rule(count) for count in channels)
        columns = (f"{sizes}, {sum(n * k for n, k in zip(blocks, sizes, strict=True)):3d} parameters"
                   for sizes in (by_rule, kernels))
        print(f"{network:15s}  {'  '.join(columns)}")
