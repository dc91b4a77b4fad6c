"""The width of a bottleneck."""


def hidden_channels(channels: int, reduction: int) -> int:
    """`channels // reduction`, the channels of a hidden layer, or of queries and keys.

    Raises:
        ValueError: none is left.
    """
    if not 1 <= reduction <= channels:
        raise ValueError(f"no hidden channel is left: channels={channels}, reduction={reduction}")
    return channels // reduction
