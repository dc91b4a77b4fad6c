"""Efficient Channel Attention: BangguWu/ECANet and timm."""
import torch
from torch import Tensor, nn

from solutions.eca.reference import ECABlock, band_matrix
from solutions.shared.parity import Case, Unit


def eca_layer(case: Case, channel: int, k_size: int = 3) -> Unit:
    """The published layer has the argument `channel` and does not look at it."""
    return Unit(ECABlock(channel, k_size))


def eca_ns_layer(case: Case, channel: int, k_size: int = 3) -> Unit:
    """The paper's variant with a kernel for each channel: row c of the matrix is row c of that channel's band."""
    kernels = nn.Module()
    kernels.conv = nn.Conv1d(channel, channel, k_size, groups=channel, bias=False)

    def call(x: Tensor) -> Tensor:
        rows = [band_matrix(kernel[0], channel)[c] for c, kernel in enumerate(kernels.conv.weight)]
        return x * torch.sigmoid(x.mean(dim=(2, 3)) @ torch.stack(rows).T)[:, :, None, None]

    return Unit(kernels, call=call)


def eca_module(case: Case, channels: int) -> Unit:
    return Unit(ECABlock(channels))


def ceca_module(case: Case, channels: int) -> Unit:
    """Quirk: beyond the last channel comes the first one again."""
    block = ECABlock(channels)
    k = block.conv.kernel_size[0]
    block.conv = nn.Conv1d(1, 1, k, padding=k // 2, padding_mode="circular", bias=False)
    return Unit(block)


UNITS = {"eca_layer": eca_layer, "eca_layer (eca_ns: non-shared kernels)": eca_ns_layer, "EcaModule": eca_module,
         "CecaModule": ceca_module}
